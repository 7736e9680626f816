import { ArgumentError, ShapeError } from "../errors/errors.ts";
import type { AttentionProblem, AttentionResult } from "../problem/problem.ts";
import type { DType } from "../tensor/tensor.ts";
import type { Placement } from "./backend.ts";

/**
 * Checks that the output of a problem fits where it is to go.
 *
 * @param dtype of the output
 * @throws ShapeError, ArgumentError naming the shape and type it has and needs
 */
export function checkPlacement({ query, value }: AttentionProblem, { into }: Placement, dtype: DType): void {
  if (!into) return;
  const needed = [...query.shape.slice(0, 3), value.shape[3]!];
  if (into.shape.length !== needed.length || into.shape.some((length, axis) => length !== needed[axis])) {
    throw new ShapeError(
      `into: shape [${into.shape.join(", ")}] does not fit: needs [b, h, n, e] = [${needed.join(", ")}]`,
    );
  }
  if (into.dtype !== dtype) throw new ArgumentError(`into: is ${into.dtype}, and the output is ${dtype}`);
}

/** The result with its output moved to where it is to go. */
export function place(result: AttentionResult, { into }: Placement): AttentionResult {
  if (!into) return result;
  into.data.set(result.output.data as never);
  return { ...result, output: into };
}
