import { toFloat64 } from "../tensor/convert.ts";
import { zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The elements of `past` [b, g, p, w] followed along the third axis by `recent` [b, g, r, w]: [b, g, p + r, w]. */
export function joinPast(past: Tensor | undefined, recent: Tensor): Float64Array {
  if (!past) return toFloat64(recent);
  const { matrices, earlier, later } = partsOf(past, recent);
  const early = toFloat64(past);
  const late = toFloat64(recent);
  const joined = new Float64Array(early.length + late.length);
  for (let at = 0; at < matrices; at += 1) {
    const start = at * (earlier + later);
    joined.set(early.subarray(at * earlier, (at + 1) * earlier), start);
    joined.set(late.subarray(at * later, (at + 1) * later), start + earlier);
  }
  return joined;
}

/** The inverse of `joinPast`: elements [b, g, p + r, w] apart again, in float64. */
export function splitPast(
  joined: Float64Array,
  past: Tensor | undefined,
  recent: Tensor,
): { readonly past?: Tensor<"float64">; readonly recent: Tensor<"float64"> } {
  if (!past) return { recent: { dtype: "float64", shape: [...recent.shape], data: joined } };
  const { matrices, earlier, later } = partsOf(past, recent);
  const early = zeros(past.shape, "float64");
  const late = zeros(recent.shape, "float64");
  for (let at = 0; at < matrices; at += 1) {
    const middle = at * (earlier + later) + earlier;
    early.data.set(joined.subarray(middle - earlier, middle), at * earlier);
    late.data.set(joined.subarray(middle, middle + later), at * later);
  }
  return { past: early, recent: late };
}

/** How many matrices there are, and how many elements each has in `past` and in `recent`. */
function partsOf(past: Tensor, recent: Tensor): { matrices: number; earlier: number; later: number } {
  const [batch, heads, pastRows, width] = past.shape as readonly [number, number, number, number];
  return { matrices: batch * heads, earlier: pastRows * width, later: recent.shape[2]! * width };
}
