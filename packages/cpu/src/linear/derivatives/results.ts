import { type AttentionProblem, type Tensor, zeros } from "@xattn/core";
import type { Context } from "../../backend/context.ts";

/** A copy of float32 numbers in the kernels' memory. */
export function float64Of({ float32 }: Context, address: number, count: number): Float64Array {
  return Float64Array.from(float32.subarray(address / 4, address / 4 + count));
}

export function addFloats(target: Float64Array, source: Float64Array): void {
  for (let index = 0; index < target.length; index += 1) target[index]! += source[index]!;
}

/** Numbers for all keys of each head, those of the past apart again. */
export function splitSegments(
  problem: AttentionProblem,
  of: "key" | "value",
  joined: Float64Array,
): { readonly past?: Tensor<"float64">; readonly recent: Tensor<"float64"> } {
  const [recent, past] = [problem[of], problem.past?.[of]];
  if (!past) return { recent: { dtype: "float64", shape: [...recent.shape], data: joined } };
  const [early, late] = [zeros(past.shape, "float64"), zeros(recent.shape, "float64")];
  const [batch, heads, pastRows, width] = past.shape as readonly [number, number, number, number];
  const [ofPast, ofRecent] = [pastRows * width, recent.shape[2]! * width];
  for (let head = 0; head < batch * heads; head += 1) {
    const middle = head * (ofPast + ofRecent) + ofPast;
    early.data.set(joined.subarray(middle - ofPast, middle), head * ofPast);
    late.data.set(joined.subarray(middle, middle + ofRecent), head * ofRecent);
  }
  return { past: early, recent: late };
}
