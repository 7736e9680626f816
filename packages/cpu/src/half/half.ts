import type { DType, StorageOf, Tensor } from "@xattn/core";
import type { WasmFunction } from "../assembler/function.ts";
import type { Context } from "../backend/context.ts";
import { narrowBfloat16, narrowFloat16 } from "./narrow.ts";
import { spanDescriptorBytes, spanWords, unitElements } from "./span.ts";
import { widenBfloat16, widenFloat16 } from "./widen.ts";

export type HalfType = "float16" | "bfloat16";

export function isHalf(dtype: DType): dtype is HalfType {
  return dtype === "float16" || dtype === "bfloat16";
}

const kernels: Readonly<Record<HalfType, { widen(): WasmFunction; narrow(): WasmFunction }>> = {
  float16: { widen: widenFloat16, narrow: narrowFloat16 },
  bfloat16: { widen: widenBfloat16, narrow: narrowBfloat16 },
};

/**
 * Address of the elements as float32, in scratch memory. Exact.
 *
 * @throws MemoryLimitError when they do not fit
 */
export function widen(context: Context, { dtype, data }: Tensor<HalfType>): number {
  const { scratch } = context;
  const from = scratch.take(2 * data.length);
  const to = scratch.take(4 * data.length);
  new Uint16Array(context.bytes.buffer, from, data.length).set(data);
  convertSpan(context, `widen ${dtype}`, kernels[dtype].widen, "widen", { from, to, count: data.length });
  return to;
}

/**
 * `count` float32 at an address as 16 bits each, in an array of their own: rounded to nearest, ties to even, ±∞ beyond
 * the largest, and the one quiet NaN of `convert`.
 *
 * @param address a multiple of 4, with room up to the next multiple of 8 elements
 * @throws MemoryLimitError when they do not fit
 */
export function narrow(context: Context, dtype: HalfType, address: number, count: number): StorageOf[HalfType] {
  const to = context.scratch.take(2 * count);
  convertSpan(context, `narrow ${dtype}`, kernels[dtype].narrow, "narrow", { from: address, to, count });
  return new Uint16Array(context.bytes.buffer, to, count).slice();
}

function convertSpan(
  context: Context,
  key: string,
  make: () => WasmFunction,
  name: string,
  span: Readonly<Record<(typeof spanWords)[number], number>>,
): void {
  const descriptor = context.scratch.take(spanDescriptorBytes);
  for (const [at, word] of spanWords.entries()) context.int32[descriptor / 4 + at] = span[word];
  context.run(key, () => [make()], name, descriptor, Math.ceil(span.count / unitElements));
}
