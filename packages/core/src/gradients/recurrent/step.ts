import { add, inner, type Matrix, scaled, sum, times, timesTransposed, transposedTimes } from "../matrix.ts";
import type { StepArrays } from "./arrays.ts";

/** What one step computes on its way from the state before it to the state after it. */
export interface StepValues {
  /** S' = diag(exp g)·S */
  readonly decayed: Matrix;
  /** r = v − k·S', for the delta rules; else v */
  readonly error: Matrix;
  /** u = β·r, for the delta rules; else v */
  readonly written: Matrix;
  /** S⁺ = S' + kᵀ·u */
  readonly state: Matrix;
}

export function takeStep(state: Matrix, { key, value, decay, beta }: StepArrays): StepValues {
  const decayed = decay ? decayedRows(state, decay) : state;
  const error = beta ? sum(value, scaled(-1, times(key, decayed))) : value;
  const written = beta ? scaled(beta[0]!, error) : value;
  return { decayed, error, written, state: sum(decayed, transposedTimes(key, written)) };
}

/**
 * The gradient of the state before a step from that of the state after it, `ofState`, and of what is read from it,
 * O = s·Q·S⁺; the gradients of the step's inputs are added to `into`.
 *
 *     dS⁺ += s·Qᵀ·dO        dQ = s·dO·S⁺ᵀ        du = k·dS⁺        dk = u·dS⁺ᵀ − dr·S'ᵀ
 *     dβ = du·r             dr = β·du            dv = dr           dS' = dS⁺ − kᵀ·dr
 *     dg = Σ dS'⊙S', over a row of the state or all of it            dS = diag(exp g)·dS'
 */
export function pullStep(
  { decayed, error, written, state }: StepValues,
  { queries, key, decay, beta }: StepArrays,
  scale: number,
  ofOutputs: Matrix,
  ofState: Matrix,
  into: StepArrays,
): Matrix {
  const dS = sum(ofState, scaled(scale, transposedTimes(queries, ofOutputs)));
  add(into.queries, timesTransposed(ofOutputs, state), scale);
  const du = times(key, dS);
  add(into.key, timesTransposed(written, dS));
  const dr = beta ? scaled(beta[0]!, du) : du;
  add(into.value, dr);
  if (beta) {
    into.beta![0]! += inner(du, error);
    add(into.key, timesTransposed(dr, decayed), -1);
    add(dS, transposedTimes(key, dr), -1);
  }
  if (!decay) return dS;
  for (let at = 0; at < dS.data.length; at += 1) {
    const row = decay.length === 1 ? 0 : Math.floor(at / dS.columns);
    into.decay![row]! += dS.data[at]! * decayed.data[at]!;
  }
  return decayedRows(dS, decay);
}

/**
 * The tangents of a step's outputs and of the state after it, from those of the state before it and of its inputs.
 *
 *     dS' = diag(exp g)·dS + diag(dg)·S'        dr = dv − dk·S' − k·dS'        du = dβ·r + β·dr
 *     dS⁺ = dS' + dkᵀ·u + kᵀ·du                 dO = s·(dQ·S⁺ + Q·dS⁺)
 */
export function pushStep(
  { decayed, error, written, state }: StepValues,
  { queries, key, decay, beta }: StepArrays,
  scale: number,
  ofStateBefore: Matrix,
  moving: StepArrays,
): { readonly outputs: Matrix; readonly state: Matrix } {
  const dDecayed = decay ? sum(decayedRows(ofStateBefore, decay), scaledRows(decayed, moving.decay!)) : ofStateBefore;
  const dr = beta ? sum(moving.value, scaled(-1, sum(times(moving.key, decayed), times(key, dDecayed)))) : moving.value;
  const du = beta ? sum(scaled(moving.beta![0]!, error), scaled(beta[0]!, dr)) : dr;
  const dS = sum(dDecayed, transposedTimes(moving.key, written), transposedTimes(key, du));
  return { outputs: scaled(scale, sum(times(moving.queries, state), times(queries, dS))), state: dS };
}

function decayedRows(state: Matrix, decay: Float64Array): Matrix {
  return scaledRows(state, decay.map(Math.exp));
}

/** diag(factors)·S, one factor for all rows or one for each. */
function scaledRows({ rows, columns, data }: Matrix, factors: Float64Array): Matrix {
  const factorOf = (at: number) => factors[factors.length === 1 ? 0 : Math.floor(at / columns)]!;
  return { rows, columns, data: data.map((value, at) => factorOf(at) * value) };
}
