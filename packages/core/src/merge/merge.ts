import { ArgumentError, ShapeError } from "../errors/errors.ts";
import { toFloat64 } from "../tensor/convert.ts";
import { fromNumbers } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { mergeRow } from "./merge-row.ts";

/** Attention over some of the keys, as a backend returns it when asked for the log-sum-exp. */
export interface AttentionPart {
  /** […, e] */
  readonly output: Tensor;
  /** […], −∞ where no key of the part is allowed */
  readonly logSumExp: Tensor;
}

/**
 * The attention over all keys from attention over disjoint sets of them, in any order:
 * lse = log Σₚ exp(lseₚ), output = Σₚ exp(lseₚ − lse)·outputₚ (Rabe and Staats 2021; Dao et al. 2022, section 3.1).
 * A row with log-sum-exp −∞ counts for nothing, and its output is not read; where all are −∞ the output is zeros.
 * Sums are in float64; the element types are those of the first part. When a sink took part, it must have been
 * in one part only.
 *
 * @throws ArgumentError when there are no parts
 * @throws ShapeError when the parts differ in shape
 */
export function mergeByLogSumExp(parts: readonly AttentionPart[]): AttentionPart {
  const first = parts[0];
  if (!first) throw new ArgumentError("parts: an empty list; needs at least one part");
  const shape = first.output.shape;
  const width = shape.at(-1);
  if (width === undefined) throw new ShapeError("parts[0].output: shape [] does not fit: needs […, e]");
  parts.forEach((part, index) => {
    needShape(`parts[${index}].output`, part.output, shape);
    needShape(`parts[${index}].logSumExp`, part.logSumExp, shape.slice(0, -1));
  });
  const sources = parts.map((part) => ({ output: toFloat64(part.output), logSumExp: toFloat64(part.logSumExp) }));
  const rows = first.logSumExp.data.length;
  const output = new Float64Array(rows * width);
  const logSumExp = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const start = row * width;
    const rowParts = sources.map((source) => ({
      output: source.output.subarray(start, start + width),
      logSumExp: source.logSumExp[row]!,
    }));
    logSumExp[row] = mergeRow(rowParts, output.subarray(start, start + width));
  }
  return {
    output: fromNumbers(shape, output, first.output.dtype),
    logSumExp: fromNumbers(first.logSumExp.shape, logSumExp, first.logSumExp.dtype),
  };
}

function needShape(name: string, { shape }: Tensor, needed: readonly number[]): void {
  if (shape.length === needed.length && shape.every((axis, index) => axis === needed[index])) return;
  throw new ShapeError(`${name}: shape [${shape.join(", ")}] does not fit: needs [${needed.join(", ")}], as parts[0]`);
}
