import { seededRandom } from "@xattn/core";
import { z } from "zod";
import { deterministic } from "../contract/deterministic.ts";
import { type DirectMeasure, type Parameters, UnsupportedError } from "../contract/measure.ts";
import { certifiedOutputChange } from "./bounds/output-change.ts";
import { drawOf, inputsOfSide, robustParameters, type Side } from "./cell.ts";
import { perturb } from "./perturb/perturb.ts";
import type { PerturbationKind } from "./perturb/perturbation.ts";
import { type Response, responseOf, see, topKeys } from "./response/response.ts";
import { mean, meanColumns } from "./statistics.ts";

type RobustnessColumn = keyof Response | "outputChangeLow" | "outputChangeHigh" | "certifiedShare";

/** The perturbations that a sweep can name, in the order in which charts list them. */
export const perturbationNames = [
  "gaussian",
  "uniform-l2",
  "uniform-linf",
  "token-dropout",
  "token-swap",
  "feature-dropout",
  "float16",
  "int8",
  "spatial-shift",
  "distractors",
  "missing",
  "worst-l2",
  "worst-linf",
] as const;
export type PerturbationName = (typeof perturbationNames)[number];

const perturbations: Readonly<Record<PerturbationName, PerturbationKind>> = {
  gaussian: { kind: "gaussian" },
  "uniform-l2": { kind: "uniform-l2" },
  "uniform-linf": { kind: "uniform-linf" },
  "token-dropout": { kind: "token-dropout" },
  "token-swap": { kind: "token-swap" },
  "feature-dropout": { kind: "feature-dropout" },
  float16: { kind: "quantization", to: "float16" },
  int8: { kind: "quantization", to: "int8" },
  "spatial-shift": { kind: "spatial-shift" },
  distractors: { kind: "distractors" },
  missing: { kind: "missing" },
  "worst-l2": { kind: "worst-case", norm: "l2", restarts: 2, steps: 10 },
  "worst-linf": { kind: "worst-case", norm: "linf", restarts: 2, steps: 10 },
};

/** Perturbations whose budget is a share, at most 1. */
const shares: readonly PerturbationName[] = [
  "token-dropout",
  "token-swap",
  "feature-dropout",
  "float16",
  "int8",
  "spatial-shift",
  "missing",
];

/**
 * How attention responds when one side of it is perturbed: the output, and the pattern of weights, all in float64.
 * Inputs are unit-Gaussian; columns are means over draws, and those on weights means over rows first.
 */
export function robustness(): DirectMeasure<RobustnessColumn> {
  return {
    kind: "direct",
    name: "robustness",
    version: 1,
    description: "Change of output and weights under a perturbation of queries or of keys and values.",
    parameters: {
      ...robustParameters,
      perturbation: z.enum(perturbationNames),
      budget: z.number().min(0).max(10).describe("how much is perturbed, a number from 0 to 10"),
    },
    columns: {
      outputChange: deterministic("1", "‖out′ − out‖ / ‖out‖, mean over draws.", 1e-4),
      outputChangeLow: deterministic("1", "Lower end of its 95 % interval.", 1e-3),
      outputChangeHigh: deterministic("1", "Upper end of its 95 % interval.", 1e-3),
      totalVariation: deterministic("1", "Share of a row's weight that moved to other keys.", 1e-4),
      jensenShannon: deterministic("nats", "Jensen-Shannon divergence of a row, at most ln 2.", 1e-4),
      topKOverlap: deterministic("1", `Share of the ${topKeys} heaviest keys of a row that stay among them.`, 1e-4),
      kendallTau: deterministic("1", "Kendall's τ of a row's weights before and after.", 1e-4),
      rankFlips: deterministic("1", "Share of pairs of keys whose order by weight is reversed.", 1e-4),
      entropyChange: deterministic("nats", "Entropy of a row after, less that before.", 1e-3),
      decisionFlips: deterministic("1", "Share of rows in which another key becomes the heaviest.", 1e-4),
      certifiedShare: deterministic(
        "1",
        "Largest ‖out′ − out‖ over draws, as a share of its certified bound; nothing where there is no bound.",
        1e-3,
      ),
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

function check({ perturbation, on, budget }: Parameters): string | undefined {
  const name = perturbation as PerturbationName;
  if (name === "distractors" && on !== "context") return `distractors are keys with values; perturb the context`;
  if (shares.includes(name) && (budget as number) > 1)
    return `the budget of ${name} is a share, and ${budget} is above 1`;
  return undefined;
}

function measured(cell: Parameters, seed: number) {
  const inputs = inputsOfSide(cell.on as Side);
  const perturbation = { ...perturbations[cell.perturbation as PerturbationName], inputs };
  const draws = Array.from({ length: cell.draws as number }, (_, index) => {
    const { problem, random } = drawOf(cell, seed, index);
    const perturbed = perturb(problem, perturbation, cell.budget as number, random);
    const [before, after] = [see(problem), see(perturbed)];
    const bound = perturbation.kind === "distractors" ? undefined : certifiedOutputChange(problem, perturbed);
    const change = Math.hypot(...after.output.map((value, index) => value - before.output[index]!));
    return { response: responseOf(before, after), share: bound ? change / bound : undefined };
  });
  const responses = draws.map(({ response }) => response);
  const over = (name: keyof Response) => mean(responses.map((response) => response[name]));
  const shared = draws.flatMap(({ share }) => (share === undefined ? [] : [share]));
  return {
    ...meanColumns(
      "outputChange",
      responses.map(({ outputChange }) => outputChange),
      seededRandom(seed).fork("bootstrap"),
    ),
    totalVariation: over("totalVariation"),
    jensenShannon: over("jensenShannon"),
    topKOverlap: over("topKOverlap"),
    kendallTau: over("kendallTau"),
    rankFlips: over("rankFlips"),
    entropyChange: over("entropyChange"),
    decisionFlips: over("decisionFlips"),
    certifiedShare: shared.length > 0 ? Math.max(...shared) : null,
  };
}
