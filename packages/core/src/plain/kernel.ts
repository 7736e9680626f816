import { keyHeadOf } from "../problem/sizes.ts";
import type { ScratchArena } from "./arena.ts";
import type { FinishLogits } from "./finish.ts";
import type { KernelInputs } from "./inputs.ts";
import { fillProducts } from "./products.ts";

/** Where a kernel writes; every element asked for is written, whatever it held before. */
export interface KernelOutputs {
  /** [b, h, n, e] */
  readonly output: Float32Array;
  /** [b, h, n, m] */
  readonly weights?: Float32Array | undefined;
  /** [b, h, n] */
  readonly logSumExp?: Float64Array | undefined;
}

/** One batch entry and query head, with the element offsets of its matrices. */
export interface Head {
  readonly batch: number;
  readonly head: number;
  /** b·heads + h: which [n, …] matrix of the outputs is this head's. */
  readonly index: number;
  readonly query: number;
  readonly key: number;
  readonly value: number;
}

export type Kernel = (inputs: KernelInputs, finish: FinishLogits, outputs: KernelOutputs, arena: ScratchArena) => void;

/** Runs `work` for every batch entry and query head. */
export function forEachHead({ sizes }: KernelInputs, work: (head: Head) => void): void {
  const { batch, heads, keyHeads, n, m, d, e } = sizes;
  for (let b = 0; b < batch; b += 1) {
    for (let h = 0; h < heads; h += 1) {
      const index = b * heads + h;
      const keyIndex = b * keyHeads + keyHeadOf(h, sizes);
      work({ batch: b, head: h, index, query: index * n * d, key: keyIndex * m * d, value: keyIndex * m * e });
    }
  }
}

/** The finished logits of `rows` queries from `firstQuery` with `width` keys from `firstKey`. */
export function fillLogits(
  inputs: KernelInputs,
  finish: FinishLogits,
  { batch, head, query, key }: Head,
  firstQuery: number,
  rows: number,
  firstKey: number,
  width: number,
  target: Float64Array,
  ask = true,
): void {
  const { d } = inputs.sizes;
  const queryStart = query + firstQuery * d;
  const keyStart = key + firstKey * d;
  fillProducts(inputs.query, queryStart, rows, inputs.key, keyStart, width, d, inputs.scale, target, width);
  finish({ batch, head, firstQuery, rows, firstKey, width }, target, width, ask);
}

/** Queries that the kernels with whole rows of logits take at a time. */
export const rowPair = 2;
