import { convert } from "../../tensor/convert.ts";
import { tensor, zeros } from "../../tensor/create.ts";
import { type Allocate, decodedFloats, float32Of } from "../plain/inputs.ts";
import { checkRecurrent, type RecurrentSizes } from "./check.ts";
import type { RecurrentProblem, RecurrentResult } from "./problem.ts";

/**
 * The recurrent forms of linear attention in float32 (ONNX operator LinearAttention, opset 27), in O(t·d·e) for each
 * head and with a state of d·e sums for each key-value head, whatever t is. Inputs may be float32, float16 or
 * bfloat16; sums are float32, results are rounded once.
 *
 * @throws ShapeError, ArgumentError when the problem is not sound
 * @throws UnsupportedError for float64 inputs
 */
export function plainRecurrentAttention(problem: RecurrentProblem, allocate: Allocate): RecurrentResult {
  const sizes = checkRecurrent(problem);
  const { batch, steps, heads, keyHeads, d, e } = sizes;
  const query = float32Of("query", problem.query, allocate);
  const key = float32Of("key", problem.key, allocate);
  const value = float32Of("value", problem.value, allocate);
  const decay = problem.decay && float32Of("decay", problem.decay, allocate);
  const beta = problem.beta && float32Of("beta", problem.beta, allocate);
  const past = problem.pastState && float32Of("pastState", problem.pastState, allocate);
  const written = allocate(e);
  const output = zeros([batch, steps, heads * e]);
  const states = past ? Float32Array.from(past) : new Float32Array(batch * keyHeads * d * e);

  for (let matrix = 0; matrix < batch * keyHeads; matrix += 1) {
    const b = Math.floor(matrix / keyHeads);
    const g = matrix % keyHeads;
    const state = states.subarray(matrix * d * e, (matrix + 1) * d * e);
    for (let t = 0; t < steps; t += 1) {
      const step = b * steps + t;
      const index = step * keyHeads + g;
      if (decay) decayState(state, decay, index, sizes);
      written.set(value.subarray(index * e, (index + 1) * e));
      if (beta) {
        const strength = beta[step * sizes.betas + (sizes.betas === 1 ? 0 : g)]!;
        correct(written, state, key, index * d, strength, d, e);
      }
      write(state, key, index * d, written, d, e);
      for (let head = (step * keyHeads + g) * (heads / keyHeads); head < (index + 1) * (heads / keyHeads); head += 1) {
        read(state, query, head * d, sizes, output.data, head * e);
      }
    }
  }
  const presentState = tensor([batch, keyHeads, d, e], states);
  const stateType = problem.pastState?.dtype ?? problem.query.dtype;
  return {
    output: problem.query.dtype === "float32" ? output : convert(output, problem.query.dtype),
    presentState: stateType === "float32" ? presentState : convert(presentState, stateType),
  };
}

/** Floats of scratch memory that `plainRecurrentAttention` asks its allocator for, in all. */
export function recurrentScratchFloats(problem: RecurrentProblem): number {
  const { query, key, value, decay, beta, pastState, keyHeads } = problem;
  const decoded = [query, key, value, decay, beta, pastState].map(decodedFloats).reduce((sum, floats) => sum + floats);
  return decoded + value.shape[2]! / keyHeads;
}

/**
 * Work of one call, in steps over a state of d·e sums: for each key-value head a write, one more for a decay and one
 * more to recall the key of a delta rule; for each query head a read.
 *
 * @throws ShapeError, ArgumentError when the problem is not sound
 */
export function recurrentCost(problem: RecurrentProblem): {
  readonly multiplyAdds: number;
  readonly exponentials: number;
} {
  const { batch, steps, heads, keyHeads, d, e, gated, delta, decayPerRow } = checkRecurrent(problem);
  const passes = 1 + (gated ? 1 : 0) + (delta ? 1 : 0);
  return {
    multiplyAdds: batch * steps * (passes * keyHeads + heads) * d * e,
    exponentials: gated ? batch * steps * keyHeads * (decayPerRow ? d : 1) : 0,
  };
}

function decayState(
  state: Float32Array,
  decay: Float32Array,
  index: number,
  { d, e, decayPerRow }: RecurrentSizes,
): void {
  let factor = decayPerRow ? 1 : Math.exp(decay[index]!);
  for (let row = 0; row < d; row += 1) {
    if (decayPerRow) factor = Math.exp(decay[index * d + row]!);
    for (let at = row * e; at < (row + 1) * e; at += 1) state[at]! *= factor;
  }
}

/** v ← β·(v − Sᵀk) */
function correct(
  v: Float32Array,
  state: Float32Array,
  key: Float32Array,
  keyStart: number,
  strength: number,
  d: number,
  e: number,
): void {
  for (let row = 0; row < d; row += 1) {
    const k = key[keyStart + row]!;
    for (let column = 0; column < e; column += 1) v[column]! -= k * state[row * e + column]!;
  }
  for (let column = 0; column < e; column += 1) v[column]! *= strength;
}

/** S ← S + k⊗v */
function write(state: Float32Array, key: Float32Array, keyStart: number, v: Float32Array, d: number, e: number): void {
  for (let row = 0; row < d; row += 1) {
    const k = key[keyStart + row]!;
    for (let column = 0; column < e; column += 1) state[row * e + column]! += k * v[column]!;
  }
}

/** output ← scale·Sᵀq */
function read(
  state: Float32Array,
  query: Float32Array,
  queryStart: number,
  { d, e, scale }: RecurrentSizes,
  output: Float32Array,
  outputStart: number,
): void {
  for (let row = 0; row < d; row += 1) {
    const q = scale * query[queryStart + row]!;
    for (let column = 0; column < e; column += 1) output[outputStart + column]! += q * state[row * e + column]!;
  }
}
