import { ArgumentError, ShapeError, UnsupportedError } from "../errors/errors.ts";
import type { Variant } from "../problem/variant.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** @throws ShapeError naming the argument, unless it has exactly the shape that is needed */
export function needSameShape(name: string, { shape }: Tensor, needed: readonly number[], source: string): void {
  if (shape.length === needed.length && shape.every((axis, index) => axis === needed[index])) return;
  throw new ShapeError(
    `${name}: shape [${shape.join(", ")}] does not fit: needs [${needed.join(", ")}], the shape of ${source}`,
  );
}

/** A tangent is checked against the input that it is one of. @throws ArgumentError when there is no such input */
export function needTangentOf(name: string, tangent: Tensor | undefined, input: Tensor | undefined): void {
  if (!tangent) return;
  if (!input) throw new ArgumentError(`tangents.${name}: given, but the problem has no ${name}; needs both or neither`);
  needSameShape(`tangents.${name}`, tangent, input.shape, name);
}

/** @throws UnsupportedError for the variants whose weights are not normalized by a log-sum-exp */
export function needLogSumExp(name: string, { kind }: Variant): void {
  if (kind === "entmax" || kind === "linear") {
    throw new UnsupportedError(`${name}: ${kind} attention is not normalized by a log-sum-exp of logits`);
  }
}
