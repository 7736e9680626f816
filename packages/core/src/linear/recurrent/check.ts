import { ArgumentError, ShapeError } from "../../errors/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { RecurrentProblem } from "./problem.ts";

export interface RecurrentSizes {
  readonly batch: number;
  readonly steps: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly d: number;
  readonly e: number;
  /** Whether each row of a state has its own decay. */
  readonly decayPerRow: boolean;
  /** Strengths in one step: one for each key-value head, or 1. */
  readonly betas: number;
  readonly gated: boolean;
  readonly delta: boolean;
  readonly scale: number;
}

/**
 * Checks a recurrent problem and reads its sizes off its tensors.
 *
 * @throws ShapeError naming the argument, the shape it has and the shape it needs
 * @throws ArgumentError for head counts that do not divide, a missing or superfluous decay or beta, a bad scale
 */
export function checkRecurrent(problem: RecurrentProblem): RecurrentSizes {
  const { query, key, value, heads, keyHeads, updateRule, pastState, decay, beta } = problem;
  if (!["linear", "gated", "delta", "gated_delta"].includes(updateRule)) {
    throw new ArgumentError(`updateRule: "${updateRule}" is not one of linear, gated, delta, gated_delta`);
  }
  if (![heads, keyHeads].every((count) => Number.isSafeInteger(count) && count > 0) || heads % keyHeads !== 0) {
    throw new ArgumentError(`heads: ${heads} needs to be a positive multiple of keyHeads, which is ${keyHeads}`);
  }
  const d = widthOf("query", query, heads);
  const [batch, steps] = query.shape as readonly [number, number];
  needShape("key", key, [batch, steps, keyHeads * d]);
  const e = widthOf("value", value, keyHeads);
  needShape("value", value, [batch, steps, keyHeads * e]);
  const gated = updateRule === "gated" || updateRule === "gated_delta";
  const delta = updateRule === "delta" || updateRule === "gated_delta";
  needPresence("decay", decay, gated, updateRule);
  needPresence("beta", beta, delta, updateRule);
  if (decay) needShape("decay", decay, [batch, steps, keyHeads], [batch, steps, keyHeads * d]);
  if (beta) needShape("beta", beta, [batch, steps, keyHeads], [batch, steps, 1]);
  if (pastState) needShape("pastState", pastState, [batch, keyHeads, d, e]);
  const scale = problem.scale ?? 1 / Math.sqrt(d);
  if (problem.scale !== undefined && !Number.isFinite(scale)) {
    throw new ArgumentError(`scale: ${scale} is not a finite number`);
  }
  const decayPerRow = decay !== undefined && decay.shape[2] !== keyHeads;
  return { batch, steps, heads, keyHeads, d, e, decayPerRow, betas: beta?.shape[2] ?? 0, gated, delta, scale };
}

/** Width of one head of a packed tensor. */
function widthOf(name: string, { shape }: Tensor, heads: number): number {
  if (shape.length !== 3 || shape[2]! % heads !== 0) {
    throw new ShapeError(`${name}: shape [${shape.join(", ")}] needs 3 axes, the last a multiple of ${heads} heads`);
  }
  return shape[2]! / heads;
}

function needShape(name: string, { shape }: Tensor, ...allowed: readonly (readonly number[])[]): void {
  const fits = allowed.some((axes) => axes.length === shape.length && axes.every((axis, at) => axis === shape[at]));
  if (fits) return;
  const needed = allowed.map((axes) => `[${axes.join(", ")}]`).join(" or ");
  throw new ShapeError(`${name}: shape [${shape.join(", ")}] does not fit: needs ${needed}`);
}

function needPresence(name: string, given: Tensor | undefined, needed: boolean, rule: string): void {
  if (needed && !given) throw new ArgumentError(`${name}: absent, but the update rule "${rule}" needs it`);
  if (!needed && given) throw new ArgumentError(`${name}: given, but the update rule "${rule}" takes none`);
}
