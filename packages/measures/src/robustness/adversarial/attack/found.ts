import type { AttentionProblem, Tensor } from "@xattn/core";
import { sum } from "../../perturb/ball.ts";
import { type Inputs, withInputs } from "../../perturb/inputs.ts";
import type { InputName } from "../../perturb/perturbation.ts";
import { outputOf } from "../../perturb/worst-case.ts";

/** A perturbation, and ‖out(x + δ) − out(x)‖₂. */
export interface Found {
  readonly delta: Inputs;
  readonly change: number;
}

export function harmed(
  problem: AttentionProblem,
  names: readonly InputName[],
  inputs: Inputs,
  clean: Tensor<"float64">,
  delta: Inputs,
): { moved: AttentionProblem; difference: Tensor<"float64">; change: number } {
  const moved = withInputs(problem, names, sum(inputs, delta));
  const output = outputOf(moved);
  const difference = { ...output, data: output.data.map((value, index) => value - clean.data[index]!) };
  return { moved, difference, change: Math.hypot(...difference.data) };
}

export function worse(left: Found, right: Found): Found {
  return right.change > left.change ? right : left;
}
