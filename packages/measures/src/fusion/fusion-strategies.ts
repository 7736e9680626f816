import { randomNormal, seededRandom, type Tensor, toFloat64 } from "@xattn/core";
import type { Modalities } from "@xattn/fusion";
import { z } from "zod";
import { relativeError } from "../accuracy/relative-error.ts";
import { seedParameter, wholeNumber } from "../cell/whole-number.ts";
import { deterministic } from "../contract/deterministic.ts";
import { type DirectMeasure, type Parameters, UnsupportedError } from "../contract/measure.ts";
import {
  type AlignmentName,
  alignmentNames,
  type Strategy,
  type StrategyName,
  strategyNames,
  strategyOf,
} from "./strategies.ts";

type FusionColumn =
  | "fusionMultiplyAdds"
  | "fusionParameters"
  | "outputRows"
  | "visionSensitivity"
  | "languageSensitivity"
  | "leftWithoutVision"
  | "leftWithoutLanguage"
  | "inputChange";

/**
 * Early, late, intermediate and gated fusion of unit-Gaussian vision [n, visionWidth] and language
 * [m, languageWidth] with random projections: what they cost, how much each modality moves the result, and what is
 * left when one is missing ("zeros" in its place). In gated fusion the words look at vision.
 */
export function fusionStrategies(): DirectMeasure<FusionColumn> {
  return {
    kind: "direct",
    name: "fusionStrategies",
    version: 1,
    description: "Cost of a fusion, its dependence on each modality, and what it makes of a missing one.",
    parameters: {
      strategy: z.enum(strategyNames),
      alignment: z.enum(alignmentNames),
      n: wholeNumber("visual tokens n", 1, 4096),
      m: wholeNumber("words m", 1, 4096),
      visionWidth: wholeNumber("width of visual features", 1, 4096),
      languageWidth: wholeNumber("width of language features", 1, 4096),
      width: wholeNumber("width of the result and of attention", 1, 4096),
      gate: z
        .number()
        .min(-20)
        .max(20)
        .optional()
        .describe("α of gated fusion, a number from −20 to 20; 1 when absent"),
      seed: seedParameter,
    },
    columns: {
      fusionMultiplyAdds: deterministic("multiply-adds", "Multiply-adds of alignment, projections and attention."),
      fusionParameters: deterministic("1", "Learned numbers."),
      outputRows: deterministic("rows", "Rows of the result."),
      visionSensitivity: deterministic("1", "‖out′ − out‖ / ‖out‖ when vision is replaced by fresh noise.", 1e-4),
      languageSensitivity: deterministic("1", "‖out′ − out‖ / ‖out‖ when language is replaced by fresh noise.", 1e-4),
      leftWithoutVision: deterministic("1", "‖out without vision‖ / ‖out‖; nothing where it throws.", 1e-4),
      leftWithoutLanguage: deterministic("1", "‖out without language‖ / ‖out‖; nothing where it throws.", 1e-4),
      inputChange: deterministic("1", "‖out − language‖ / ‖language‖ of gated fusion; nothing for the others.", 1e-4),
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

function check({ strategy, alignment }: Parameters): string | undefined {
  if ((strategy === "gated") === (alignment === "none")) return undefined;
  return strategy === "gated"
    ? `gated fusion needs no alignment; give it "none"`
    : `${strategy} fusion adds rows of two sequences; give it an alignment other than "none"`;
}

function measured(cell: Parameters, seed: number) {
  const { n, m, visionWidth, languageWidth, width } = cell as Record<string, number>;
  const sizes = { n: n!, m: m!, visionWidth: visionWidth!, languageWidth: languageWidth!, width: width! };
  const random = seededRandom(seed);
  const draw = (name: string, rows: number, columns: number) =>
    randomNormal(random.fork(name), [1, rows, columns]) as Tensor;
  const vision = draw("vision", sizes.n, sizes.visionWidth);
  const language = draw("language", sizes.m, sizes.languageWidth);
  const strategy = strategyOf(
    cell.strategy as StrategyName,
    cell.alignment as AlignmentName,
    sizes,
    (cell.gate ?? 1) as number,
    random.fork("projections"),
  );
  const output = strategy.fuse({ vision, language });
  const expected = toFloat64(output);
  const change = (inputs: Modalities) => relativeError(toFloat64(strategy.fuse(inputs)), expected);
  const gated = cell.strategy === "gated";
  return {
    fusionMultiplyAdds: strategy.multiplyAdds,
    fusionParameters: strategy.parameters,
    outputRows: output.shape[1]!,
    visionSensitivity: change({ vision: draw("other vision", sizes.n, sizes.visionWidth), language }),
    languageSensitivity: change({ vision, language: draw("other language", sizes.m, sizes.languageWidth) }),
    leftWithoutVision: left(strategy, { language }, expected),
    leftWithoutLanguage: gated ? null : left(strategy, { vision }, expected),
    inputChange: gated ? relativeError(expected, toFloat64(language)) : null,
  };
}

/** The size of a result without a modality, relative to that with both; null where the fusion refuses. */
function left(strategy: Strategy, inputs: Modalities, expected: Float64Array): number | null {
  try {
    return norm(toFloat64(strategy.fuse(inputs))) / norm(expected);
  } catch (error) {
    if (error instanceof Error && error.name === "ArgumentError") return null;
    throw error;
  }
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
}
