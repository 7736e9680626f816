import { convert, type Random, randomNormal, seededRandom, type Tensor, toFloat64 } from "@xattn/core";
import type { Modalities } from "@xattn/fusion";
import { z } from "zod";
import { relativeError } from "../../accuracy/relative-error.ts";
import { seedParameter, wholeNumber } from "../../cell/whole-number.ts";
import { deterministic } from "../../contract/deterministic.ts";
import { type DirectMeasure, type Parameters, UnsupportedError } from "../../contract/measure.ts";
import {
  type AlignmentName,
  alignmentNames,
  type StrategyName,
  strategyNames,
  strategyOf,
} from "../../fusion/strategies.ts";
import { changeOf, type InPlace } from "../perturb/perturb.ts";
import { decisionFlip } from "../response/ranks.ts";
import { mean, meanColumns } from "../statistics.ts";

type FusionRobustnessColumn = "fusedChange" | "fusedChangeLow" | "fusedChangeHigh" | "fusedDecisionFlips" | "fusedSize";

export const corruptionNames = [
  "gaussian",
  "token-dropout",
  "token-swap",
  "feature-dropout",
  "spatial-shift",
  "int8",
  "fading",
  "missing",
] as const;
type CorruptionName = (typeof corruptionNames)[number];

const corruptions: Readonly<Record<Exclude<CorruptionName, "missing">, InPlace>> = {
  gaussian: { kind: "gaussian" },
  "token-dropout": { kind: "token-dropout" },
  "token-swap": { kind: "token-swap" },
  "feature-dropout": { kind: "feature-dropout" },
  "spatial-shift": { kind: "spatial-shift" },
  int8: { kind: "quantization", to: "int8" },
  fading: { kind: "missing" },
};

/**
 * What a fusion of unit-Gaussian vision [n, visionWidth] and language [m, languageWidth] makes of a modality that is
 * corrupted or not there at all. Each draw has inputs and random projections of its own. A missing modality is left out,
 * and the fusion puts zeros in its place, each in its way; a fading one is there, and 0 at budget 1.
 */
export function fusionRobustness(): DirectMeasure<FusionRobustnessColumn> {
  return {
    kind: "direct",
    name: "fusionRobustness",
    version: 1,
    description: "Change of a fusion's result when one modality is corrupted or missing.",
    parameters: {
      strategy: z.enum(strategyNames),
      alignment: z.enum(alignmentNames),
      modality: z.enum(["vision", "language"]),
      corruption: z.enum(corruptionNames),
      budget: z.number().min(0).max(10).describe("how much is corrupted, a number from 0 to 10"),
      n: wholeNumber("visual tokens n", 1, 4096),
      m: wholeNumber("words m", 1, 4096),
      visionWidth: wholeNumber("width of visual features", 1, 4096),
      languageWidth: wholeNumber("width of language features", 1, 4096),
      width: wholeNumber("width of the result and of attention", 1, 4096),
      draws: wholeNumber("independent draws of inputs and projections", 6, 1000),
      seed: seedParameter,
    },
    columns: {
      fusedChange: deterministic("1", "‖out′ − out‖ / ‖out‖, mean over draws.", 1e-3),
      fusedChangeLow: deterministic("1", "Lower end of its 95 % interval.", 1e-2),
      fusedChangeHigh: deterministic("1", "Upper end of its 95 % interval.", 1e-2),
      fusedDecisionFlips: deterministic("1", "Share of rows of the result whose largest feature is another one.", 1e-2),
      fusedSize: deterministic("1", "‖out′‖ / ‖out‖, mean over draws.", 1e-3),
    },
    exclusive: false,
    check,
    run(cell, { seed }) {
      const problem = check(cell);
      if (problem) throw new UnsupportedError(problem);
      return measured(cell, seed);
    },
  };
}

function check({ strategy, alignment, corruption, modality, budget }: Parameters): string | undefined {
  if ((strategy === "gated") !== (alignment === "none")) {
    return strategy === "gated"
      ? `gated fusion needs no alignment; give it "none"`
      : `${strategy} fusion adds rows of two sequences; give it an alignment other than "none"`;
  }
  if (corruption === "missing") {
    if (budget !== 1) return `a missing modality is missing as a whole; give it the budget 1, not ${budget}`;
    if (modality === "language" && (strategy === "gated" || alignment === "cross-attend")) {
      return `there is nothing to fuse into when the words are missing`;
    }
  }
  if (corruption !== "gaussian" && (budget as number) > 1) return `the budget is a share, and ${budget} is above 1`;
  return undefined;
}

function measured(cell: Parameters, seed: number) {
  const draws = Array.from({ length: cell.draws as number }, (_, index) =>
    drawn(cell, seededRandom(seed).fork(`draw ${index}`)),
  );
  return {
    ...meanColumns(
      "fusedChange",
      draws.map(({ change }) => change),
      seededRandom(seed).fork("bootstrap"),
    ),
    fusedDecisionFlips: mean(draws.map(({ flips }) => flips)),
    fusedSize: mean(draws.map(({ size }) => size)),
  };
}

function drawn(cell: Parameters, random: Random) {
  const { n, m, visionWidth, languageWidth, width } = cell as Record<string, number>;
  const sizes = { n: n!, m: m!, visionWidth: visionWidth!, languageWidth: languageWidth!, width: width! };
  const inputs: Modalities = {
    vision: randomNormal(random.fork("vision"), [1, sizes.n, sizes.visionWidth]),
    language: randomNormal(random.fork("language"), [1, sizes.m, sizes.languageWidth]),
  };
  const strategy = strategyOf(
    cell.strategy as StrategyName,
    cell.alignment as AlignmentName,
    sizes,
    1,
    random.fork("projections"),
  );
  const before = strategy.fuse(inputs);
  const after = strategy.fuse(corrupted(inputs, cell, random.fork("corruption")));
  const [clean, seen] = [toFloat64(before), toFloat64(after)];
  return {
    change: relativeError(seen, clean),
    flips: flips(clean, seen, before.shape[2]!),
    size: norm(seen) / norm(clean),
  };
}

function corrupted(inputs: Modalities, { modality, corruption, budget }: Parameters, random: Random): Modalities {
  const name = modality as keyof Modalities;
  if (corruption === "missing") return { ...inputs, [name]: undefined };
  const change = changeOf(corruptions[corruption as keyof typeof corruptions]);
  const [changed] = change([convert(inputs[name] as Tensor, "float64")], budget as number, random);
  return { ...inputs, [name]: convert(changed!, "float32") };
}

function flips(before: Float64Array, after: Float64Array, width: number): number {
  const rows = before.length / width;
  const row = (data: Float64Array, index: number) => data.subarray(index * width, (index + 1) * width);
  return mean(Array.from({ length: rows }, (_, index) => decisionFlip(row(before, index), row(after, index))));
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
