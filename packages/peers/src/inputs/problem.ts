import { randomNormal, seededRandom } from "@xattn/core";
import type { AttentionShape } from "../shape/shape.ts";

/** The numbers of one attention, row-major. */
export interface PeerProblem {
  readonly shape: AttentionShape;
  /** [h, n, d] */
  readonly query: Float32Array;
  /** [g, m, d], with g key-value heads */
  readonly key: Float32Array;
  /** [g, m, e] */
  readonly value: Float32Array;
}

/** Unit-Gaussian query, key and value; shape and seed alone decide the numbers. */
export function problemOf(shape: AttentionShape, seed: number): PeerProblem {
  const random = seededRandom(seed);
  const { heads, keyHeads, n, m, d, e } = shape;
  const draw = (name: string, sizes: readonly number[]) => randomNormal(random.fork(name), sizes).data;
  return {
    shape,
    query: draw("query", [heads, n, d]),
    key: draw("key", [keyHeads, m, d]),
    value: draw("value", [keyHeads, m, e]),
  };
}
