import type { AttentionProblem } from "../../problem/problem.ts";
import type { ProblemSizes } from "../../problem/sizes.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Allocate, decodedFloats, float32Of } from "./inputs.ts";

/** Keys and values as one run each: [b, g, m, d] and [b, g, m, e], those of the past in front. */
export interface JoinedKeys {
  readonly key: Float32Array;
  readonly value: Float32Array;
}

export function joinedKeys(problem: AttentionProblem, sizes: ProblemSizes, allocate: Allocate): JoinedKeys {
  const { key, value, past } = problem;
  return {
    key: joined("key", past?.key, key, sizes, allocate),
    value: joined("value", past?.value, value, sizes, allocate),
  };
}

/** Floats of scratch that `joinedKeys` and the decoding of the query take. */
export function inputFloats({ query, key, value, past }: AttentionProblem): number {
  const ofOne = (before: Tensor | undefined, recent: Tensor) =>
    decodedFloats(before) + decodedFloats(recent) + (before ? before.data.length + recent.data.length : 0);
  return decodedFloats(query) + ofOne(past?.key, key) + ofOne(past?.value, value);
}

function joined(
  name: string,
  past: Tensor | undefined,
  recent: Tensor,
  { batch, keyHeads }: ProblemSizes,
  allocate: Allocate,
): Float32Array {
  const later = float32Of(name, recent, allocate);
  if (!past) return later;
  const earlier = float32Of(`past.${name}`, past, allocate);
  const target = allocate(earlier.length + later.length);
  const heads = batch * keyHeads;
  const [ofPast, ofRecent] = [earlier.length / heads, later.length / heads];
  for (let head = 0; head < heads; head += 1) {
    target.set(earlier.subarray(head * ofPast, (head + 1) * ofPast), head * (ofPast + ofRecent));
    target.set(later.subarray(head * ofRecent, (head + 1) * ofRecent), head * (ofPast + ofRecent) + ofPast);
  }
  return target;
}
