import type { ProblemSizes } from "@xattn/core";
import type { Engine } from "../engine/engine.ts";
import { paddedKeys, paddedValues } from "../exact/layout.ts";
import { type DerivativeShape, derivativeLayout, factBytes } from "./layout.ts";

/** Bytes of kernel memory that a vector-Jacobian product takes. */
export interface VjpBytes {
  /** Most at one time, besides inputs that lie in the kernels' memory: gradients, masks and biases not counted. */
  readonly extra: number;
  /** Gradients of query, key and value, where the kernels add them up. */
  readonly gradients: number;
}

/**
 * What `cpuVjp` takes when it runs the forward pass itself, which has the same packed keys and values and gives its
 * memory back before the gradients get theirs: linear in n + m. The gradient of queries takes the place of the output
 * where it fits.
 */
export function vjpBytes(
  engine: Engine,
  threads: number,
  { batch, heads, keyHeads, n, m, d, e }: ProblemSizes,
  shape: DerivativeShape,
): VjpBytes {
  const rows = batch * heads * n;
  const groups = batch * keyHeads;
  const keyRows = 4 * groups * keyRoom(m);
  const packed = 4 * groups * paddedKeys(engine, m);
  const output = 4 * rows * e;
  const queryGradient = 4 * rows * d;
  const perThread = threads * derivativeLayout(engine, shape, "reverse").bytes;
  const keyGradients = keyRows * (paddedValues(engine, d) + paddedValues(engine, e));
  const facts = factBytes * rows;
  const apart = queryGradientApart(d, e);
  const backward = packed * (d + e) + perThread + output + (apart ? queryGradient : 0) + keyGradients;
  const forward = 8 * rows + packed * d + 4 * groups * m * paddedValues(engine, e) + output;
  const gradients = queryGradient + keyGradients;
  return { extra: facts + Math.max(backward - gradients, forward - gradients), gradients };
}

/** Rows of keys' gradients that register tiles may touch. */
export function keyRoom(m: number): number {
  return 8 * Math.ceil(m / 8);
}

/** Whether the gradient of queries does not fit where the output was. */
export function queryGradientApart(d: number, e: number): boolean {
  return d > e;
}
