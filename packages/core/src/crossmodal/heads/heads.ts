import { ArgumentError, ShapeError } from "../../errors/errors.ts";
import { zeros } from "../../tensor/create.ts";
import type { DType, Tensor } from "../../tensor/tensor.ts";
import { bindShape, showShape } from "../shape/bind-shape.ts";

/**
 * [b, n, h·d] → [b, h, n, d]: head i gets columns i·d … (i + 1)·d − 1.
 *
 * @throws ShapeError when the width is not a multiple of `heads`
 */
export function splitHeads<Type extends DType>(x: Tensor<Type>, heads: number): Tensor<Type> {
  const { b, n } = bindShape("x", x, ["b", "n", "h·d"]);
  const d = headWidth("x", x, heads, "h");
  return swapMiddle(x, [b, n, heads, d]);
}

/** Concat(head₁, …, headₕ): [b, h, n, e] → [b, n, h·e]. */
export function joinHeads<Type extends DType>(x: Tensor<Type>): Tensor<Type> {
  const { b, h, n, e } = bindShape("x", x, ["b", "h", "n", "e"]);
  return { ...swapMiddle(x, [b, h, n, e]), shape: [b, n, h * e] };
}

/** The last axis of a tensor over the number of heads. */
export function headWidth(name: string, { shape }: Tensor, heads: number, letter: "h" | "g"): number {
  if (!Number.isSafeInteger(heads) || heads < 1) {
    throw new ArgumentError(`${letter === "h" ? "heads" : "keyHeads"}: ${heads} is not one of 1, 2, 3, …`);
  }
  const width = shape.at(-1)!;
  if (width % heads === 0) return width / heads;
  throw new ShapeError(
    `${name}: shape ${showShape(shape)} does not fit: needs its last axis, ${width}, to be a multiple of ${letter} = ${heads}`,
  );
}

/** [b, p, q, d] → [b, q, p, d]; the elements are copied as they are stored. */
function swapMiddle<Type extends DType>(
  x: Tensor<Type>,
  [b, p, q, d]: readonly [number, number, number, number],
): Tensor<Type> {
  const result = zeros([b, q, p, d], x.dtype);
  for (let batch = 0; batch < b; batch += 1) {
    for (let first = 0; first < p; first += 1) {
      for (let second = 0; second < q; second += 1) {
        const from = ((batch * p + first) * q + second) * d;
        result.data.set(x.data.subarray(from, from + d), ((batch * q + second) * p + first) * d);
      }
    }
  }
  return result;
}
