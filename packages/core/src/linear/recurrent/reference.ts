import { toFloat64 } from "../../tensor/convert.ts";
import { zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkRecurrent } from "./check.ts";
import type { RecurrentProblem } from "./problem.ts";

/**
 * The recurrent forms of linear attention in float64, one step after the other as the ONNX operator LinearAttention
 * (opset 27) states them: decay the state, correct the value by what the state already returns for the key, write,
 * read. Results are float64, whatever the element type of the inputs.
 *
 * @throws ShapeError, ArgumentError when the problem is not sound
 */
export function referenceRecurrentAttention(problem: RecurrentProblem): {
  readonly output: Tensor<"float64">;
  readonly presentState: Tensor<"float64">;
} {
  const { batch, steps, heads, keyHeads, d, e, decayPerRow, betas, gated, delta, scale } = checkRecurrent(problem);
  const [query, key, value] = [toFloat64(problem.query), toFloat64(problem.key), toFloat64(problem.value)];
  const decay = problem.decay && toFloat64(problem.decay);
  const beta = problem.beta && toFloat64(problem.beta);
  const output = zeros([batch, steps, heads * e], "float64");
  const presentState = zeros([batch, keyHeads, d, e], "float64");
  if (problem.pastState) presentState.data.set(toFloat64(problem.pastState));
  const group = heads / keyHeads;

  for (let b = 0; b < batch; b += 1) {
    for (let g = 0; g < keyHeads; g += 1) {
      const state = Array.from({ length: d }, (_, row) => {
        const start = ((b * keyHeads + g) * d + row) * e;
        return presentState.data.subarray(start, start + e);
      });
      for (let t = 0; t < steps; t += 1) {
        const step = b * steps + t;
        const k = key.subarray((step * keyHeads + g) * d, (step * keyHeads + g + 1) * d);
        const v = value.slice((step * keyHeads + g) * e, (step * keyHeads + g + 1) * e);
        if (gated) {
          for (const [row, sums] of state.entries()) {
            const log = decayPerRow ? decay![(step * keyHeads + g) * d + row]! : decay![step * keyHeads + g]!;
            for (let column = 0; column < e; column += 1) sums[column]! *= Math.exp(log);
          }
        }
        if (delta) {
          const strength = beta![step * betas + (betas === 1 ? 0 : g)]!;
          const recalled = product(k, state, e);
          for (let column = 0; column < e; column += 1) v[column] = strength * (v[column]! - recalled[column]!);
        }
        for (const [row, sums] of state.entries()) {
          for (let column = 0; column < e; column += 1) sums[column]! += k[row]! * v[column]!;
        }
        for (let h = g * group; h < (g + 1) * group; h += 1) {
          const start = step * heads + h;
          const read = product(query.subarray(start * d, (start + 1) * d), state, e);
          output.data.set(
            read.map((sum) => scale * sum),
            start * e,
          );
        }
      }
    }
  }
  return { output, presentState };
}

/** xᵀS */
function product(x: Float64Array, state: readonly Float64Array[], e: number): Float64Array {
  const result = new Float64Array(e);
  for (const [row, sums] of state.entries()) {
    for (let column = 0; column < e; column += 1) result[column]! += x[row]! * sums[column]!;
  }
  return result;
}
