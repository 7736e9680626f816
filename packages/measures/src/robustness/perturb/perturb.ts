import { ArgumentError, type AttentionProblem, type Random } from "@xattn/core";
import { distractors } from "./distractors.ts";
import { featureDropout } from "./feature-dropout.ts";
import { gaussian } from "./gaussian.ts";
import { type Change, inputsOf, withInputs } from "./inputs.ts";
import { missing } from "./missing.ts";
import type { Perturbation, PerturbationKind } from "./perturbation.ts";
import { quantization } from "./quantization.ts";
import { spatialShift } from "./spatial-shift.ts";
import { tokenDropout } from "./token-dropout.ts";
import { tokenSwap } from "./token-swap.ts";
import { uniformL2 } from "./uniform-l2.ts";
import { uniformLinf } from "./uniform-linf.ts";
import { worstCase } from "./worst-case.ts";

/** The kinds that change numbers in place, whatever they are the input of. */
export type InPlace = Exclude<PerturbationKind, { kind: "distractors" | "worst-case" }>;

/**
 * A problem with perturbed inputs, in float64; the same generator state gives the same bits. A budget of 0 changes
 * nothing. Past keys and values stay as they are.
 *
 * @param budget how much, as `PerturbationKind` tells for each kind: a number of at least 0, at most 1 for shares
 * @throws ArgumentError for such a budget, for inputs that are named twice or not at all, for a perturbation of tokens
 * on inputs of different lengths, and for distractors that are not on both key and value
 */
export function perturb(
  problem: AttentionProblem,
  perturbation: Perturbation,
  budget: number,
  random: Random,
): AttentionProblem {
  const { inputs } = perturbation;
  if (inputs.length === 0 || new Set(inputs).size < inputs.length) {
    throw new ArgumentError(`inputs: [${inputs.join(", ")}] needs each name once, and at least one`);
  }
  checkBudget(perturbation.kind, budget);
  switch (perturbation.kind) {
    case "distractors":
      if (inputs.length !== 2 || inputs.includes("query")) {
        throw new ArgumentError(`inputs: [${inputs.join(", ")}] cannot get distractors; needs key and value`);
      }
      return distractors(problem, budget, random);
    case "worst-case":
      return worstCase(problem, inputs, perturbation.norm, budget, random, perturbation).problem;
    default:
      return withInputs(problem, inputs, changeOf(perturbation)(inputsOf(problem, inputs), budget, random));
  }
}

/** What a perturbation does to inputs of any kind, [… tokens, width] each. */
export function changeOf(perturbation: InPlace): Change {
  switch (perturbation.kind) {
    case "gaussian":
      return gaussian;
    case "uniform-l2":
      return uniformL2;
    case "uniform-linf":
      return uniformLinf;
    case "token-dropout":
      return tokenDropout;
    case "token-swap":
      return tokenSwap;
    case "feature-dropout":
      return featureDropout;
    case "quantization":
      return quantization(perturbation.to);
    case "spatial-shift":
      return spatialShift(perturbation.width);
    case "missing":
      return missing;
  }
}

const unlimited: readonly PerturbationKind["kind"][] = [
  "gaussian",
  "uniform-l2",
  "uniform-linf",
  "worst-case",
  "distractors",
];

function checkBudget(kind: PerturbationKind["kind"], budget: number): void {
  if (!(budget >= 0 && Number.isFinite(budget))) {
    throw new ArgumentError(`budget: ${budget} is not a finite number of at least 0`);
  }
  if (budget > 1 && !unlimited.includes(kind)) {
    throw new ArgumentError(`budget: ${budget} is more than all; ${kind} needs a share of at most 1`);
  }
}
