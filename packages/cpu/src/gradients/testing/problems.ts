import {
  type AttentionProblem,
  createBackend,
  type Random,
  randomNormal,
  seededRandom,
  type Tensor,
  tensor,
  toFloat64,
  type Variant,
} from "@xattn/core";
import { type DrawnSizes, relativeDistance } from "@xattn/core/testing";
import fc from "fast-check";
import type { Context } from "../../backend/context.ts";
import { rememberBuffer } from "../../backend/tensors.ts";

/** Around the borders of register tiles, tiles of rows and blocks of keys. */
export const gradientSizes: fc.Arbitrary<DrawnSizes> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  keyHeads: fc.integer({ min: 1, max: 2 }),
  group: fc.integer({ min: 1, max: 3 }),
  n: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(1, 20, 30, 59, 60, 61)),
  m: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 64, 79, 80, 81, 88, 168)),
  past: fc.constantFrom(0, 0, 1, 5, 16),
  d: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 20, 33)),
  e: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 20, 34)),
});

const reference = createBackend("reference");

export const exactVariants = fc.constantFrom<Variant>({ kind: "standard" }, { kind: "chunked" });

/**
 * How much less exact float32 may be than on unit Gaussians: large logits are rounded by more, and a small soft cap
 * turns what is rounded off its logits into as much more of its slope.
 */
export function conditioning(problem: AttentionProblem): number {
  const { logSumExp } = reference.attention(problem, { logSumExp: true });
  const finite = toFloat64(logSumExp!).filter(Number.isFinite);
  const magnitude = finite.reduce((most, one) => Math.max(most, Math.abs(one) / 10), 1);
  const caps = (problem.modifiers ?? []).flatMap((one) => (one.kind === "softcap" ? [one.cap] : []));
  return magnitude * caps.reduce((most, cap) => Math.max(most, 0.2 / cap), 1);
}

/** A Gaussian tensor in the kernels' memory. */
export function insideTensor(context: Context, shape: readonly number[]): Tensor<"float32"> {
  const values = randomNormal(seededRandom(3), shape);
  const address = context.heap.allocate(4 * values.data.length);
  const { memory } = context.heap;
  rememberBuffer(memory);
  const data = new Float32Array(memory.buffer, address, values.data.length);
  data.set(values.data);
  return tensor([...shape], data);
}

/** Tensors by name, those of the past among them. */
export type Named = Readonly<Record<string, Tensor>>;

interface Inputs {
  readonly query?: Tensor;
  readonly key?: Tensor;
  readonly value?: Tensor;
  readonly past?: { readonly key?: Tensor; readonly value?: Tensor };
  readonly bias?: Tensor;
  readonly sinks?: Tensor;
}

export function namedInputs({ query, key, value, past, bias, sinks }: Inputs): Named {
  return Object.fromEntries(
    Object.entries({ query, key, value, "past.key": past?.key, "past.value": past?.value, bias, sinks }).filter(
      (entry): entry is [string, Tensor] => entry[1] !== undefined,
    ),
  );
}

export function namedResults({ output, logSumExp }: { output: Tensor; logSumExp?: Tensor }): Named {
  return { output, ...(logSumExp && { logSumExp }) };
}

/** A Gaussian direction for every input of a problem. */
export function randomTangents(random: Random, { query, key, value, past, bias, sinks }: AttentionProblem) {
  const like = ({ shape }: Tensor) => randomNormal(random, shape);
  return {
    query: like(query),
    key: like(key),
    value: like(value),
    ...(past && { past: { key: like(past.key), value: like(past.value) } }),
    ...(bias && { bias: like(bias) }),
    ...(sinks && { sinks: like(sinks) }),
  };
}

/**
 * The farthest that any tensor is from what is expected of it, by `relativeDistance`; NaN where names, shapes or the
 * places of NaN differ. Few numbers are small by chance more often than many: then `rms` counts for more.
 */
export function farthest(
  actual: Named,
  expected: Named,
  rms: number,
): { readonly name: string; readonly distance: number } {
  if (Object.keys(actual).join() !== Object.keys(expected).join()) return { name: "names", distance: Number.NaN };
  let worst = { name: "", distance: 0 };
  for (const name of Object.keys(expected)) {
    const [left, right] = [actual[name]!, expected[name]!];
    const sameShape = left.dtype === "float32" && left.shape.join() === right.shape.join();
    const [found, wanted] = [toFloat64(left), toFloat64(right)];
    const both = found.map((value, index) => (Number.isNaN(value) && Number.isNaN(wanted[index]!) ? 1 : 0));
    const clear = (values: Float64Array) => values.map((value, index) => (both[index] ? 0 : value));
    const floor = rms * (1 + 20 / Math.sqrt(wanted.length));
    const distance = sameShape ? relativeDistance(clear(found), clear(wanted), floor) : Number.NaN;
    if (Number.isNaN(distance)) return { name, distance };
    if (distance > worst.distance) worst = { name, distance };
  }
  return worst;
}

/** A copy with NaN in the rows (counted along all axes but the last) that `spoiled` names. */
export function withNaN(source: Tensor, spoiled: (row: number) => boolean): Tensor<"float32"> {
  const width = source.shape.at(-1)!;
  return tensor(
    [...source.shape],
    Float32Array.from(toFloat64(source), (value, index) => (spoiled(Math.floor(index / width)) ? Number.NaN : value)),
  );
}
