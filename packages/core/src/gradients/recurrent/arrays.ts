import type { RecurrentSizes } from "../../linear/recurrent/check.ts";
import type { RecurrentProblem } from "../../linear/recurrent/problem.ts";
import { toFloat64 } from "../../tensor/convert.ts";
import { type Matrix, rowsAt } from "../matrix.ts";

/** One array for each input of recurrent attention: values, tangents or gradients of them. */
export interface RecurrentArrays {
  readonly query: Float64Array;
  readonly key: Float64Array;
  readonly value: Float64Array;
  readonly pastState?: Float64Array;
  readonly decay?: Float64Array;
  readonly beta?: Float64Array;
}

export function recurrentArrays({
  query,
  key,
  value,
  pastState,
  decay,
  beta,
}: Pick<RecurrentProblem, keyof RecurrentArrays>): RecurrentArrays {
  return {
    query: toFloat64(query),
    key: toFloat64(key),
    value: toFloat64(value),
    ...(pastState && { pastState: toFloat64(pastState) }),
    ...(decay && { decay: toFloat64(decay) }),
    ...(beta && { beta: toFloat64(beta) }),
  };
}

/** The key-value head of one batch entry. */
export interface StateHead {
  readonly batch: number;
  readonly keyHead: number;
}

export function stateHeads({ batch, keyHeads }: RecurrentSizes): readonly StateHead[] {
  return Array.from({ length: batch * keyHeads }, (_, index) => ({
    batch: Math.floor(index / keyHeads),
    keyHead: index % keyHeads,
  }));
}

/** The part of the inputs that one step of one key-value head reads, as views: gradients are added there. */
export interface StepArrays {
  /** [h/g, d]: the queries that read the state. */
  readonly queries: Matrix;
  /** [1, d] */
  readonly key: Matrix;
  /** [1, e] */
  readonly value: Matrix;
  /** One for the state, or one for each of its d rows. */
  readonly decay?: Float64Array;
  /** One. */
  readonly beta?: Float64Array;
}

export function stepArrays(
  { query, key, value, decay, beta }: RecurrentArrays,
  { steps, heads, keyHeads, d, e, decayPerRow, betas }: RecurrentSizes,
  { batch, keyHead }: StateHead,
  t: number,
): StepArrays {
  const step = batch * steps + t;
  const row = step * keyHeads + keyHead;
  const group = heads / keyHeads;
  const decays = decayPerRow ? d : 1;
  const strength = step * betas + (betas === 1 ? 0 : keyHead);
  return {
    queries: rowsAt(query, row * group, group, d),
    key: rowsAt(key, row, 1, d),
    value: rowsAt(value, row, 1, e),
    ...(decay && { decay: decay.subarray(row * decays, (row + 1) * decays) }),
    ...(beta && { beta: beta.subarray(strength, strength + 1) }),
  };
}

/** [h/g, e]: the outputs of one step of one key-value head, a view of an array [b, t, h·e]. */
export function stepOutputs(
  output: Float64Array,
  { steps, heads, keyHeads, e }: RecurrentSizes,
  { batch, keyHead }: StateHead,
  t: number,
): Matrix {
  const group = heads / keyHeads;
  return rowsAt(output, ((batch * steps + t) * keyHeads + keyHead) * group, group, e);
}

/** [d, e]: the state of one key-value head, a view of an array [b, g, d, e]. */
export function stateOf(
  states: Float64Array,
  { keyHeads, d, e }: RecurrentSizes,
  { batch, keyHead }: StateHead,
): Matrix {
  return rowsAt(states, (batch * keyHeads + keyHead) * d, d, e);
}
