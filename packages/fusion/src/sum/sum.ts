import { fromNumbers, type Tensor, toFloat64 } from "@xattn/core";

/** left + factor·right, element by element, of one shape; the element type is that of `left`. */
export function addScaled(left: Tensor, right: Tensor, factor = 1): Tensor {
  const other = toFloat64(right);
  return fromNumbers(
    left.shape,
    toFloat64(left).map((x, index) => x + factor * other[index]!),
    left.dtype,
  );
}
