import { type Mask, type TileMap, tileMap, tileRowStart } from "@xattn/masking";
import type { ScratchArena } from "./arena.ts";
import type { FinishLogits } from "./finish.ts";
import type { KernelInputs } from "./inputs.ts";
import { fillLogits, forEachHead, type Head, type Kernel, type KernelOutputs } from "./kernel.ts";
import { addWeightedValues } from "./weighted-values.ts";

/** Queries that go over the keys together. */
export const queryBlock = 32;

/** What one block of queries carries from chunk to chunk: O(1) a query. */
interface Running {
  readonly logits: Float64Array;
  readonly sums: Float64Array;
  readonly largest: Float64Array;
  readonly denominators: Float64Array;
}

/**
 * Attention with the keys taken a chunk at a time and a running softmax (Rabe and Staats 2021; Milakov and Gimelshein
 * 2018): no memory grows with n·m, and chunks that the mask leaves empty are not visited.
 */
export function chunkedKernel(chunk: number, mask: Mask | undefined): Kernel {
  return (inputs, finish, outputs, arena) => {
    const { batch, heads, n, m } = inputs.sizes;
    if (n === 0) return;
    const tile = { queries: Math.min(queryBlock, n), keys: Math.max(1, Math.min(chunk, m)) };
    const tiles = mask && tileMap(mask, { batch, heads, queries: n, keys: m }, tile);
    const running = takeRunning(inputs, tile, arena);
    forEachHead(inputs, (head) => {
      for (let i = 0; i < n; i += tile.queries) {
        const rows = Math.min(tile.queries, n - i);
        const visit = (work: (firstKey: number, width: number, ask: boolean) => void) => {
          for (let j = 0; j < m; j += tile.keys) {
            const state = tiles ? stateOf(tiles, head, i / tile.queries, j / tile.keys) : full;
            if (state !== empty) work(j, Math.min(tile.keys, m - j), state !== full);
          }
        };
        start(running, rows, inputs.sizes.e, inputs.sinks[head.head]!);
        visit((j, width, ask) => {
          fillLogits(inputs, finish, head, i, rows, j, width, running.logits, ask);
          absorb(running, inputs, head, rows, j, width);
        });
        finishBlock(running, inputs, outputs, head, i, rows);
        if (outputs.weights) {
          outputs.weights.fill(0, (head.index * n + i) * m, (head.index * n + i + rows) * m);
          visit((j, width, ask) => writeWeights(running, inputs, finish, outputs, head, i, rows, j, width, ask));
        }
      }
    });
  };
}

const empty = 0;
const full = 2;

function stateOf(tiles: TileMap, { batch, head }: Head, queryTile: number, keyTile: number): number {
  return tiles.states[tileRowStart(tiles, batch, head, queryTile) + keyTile]!;
}

function takeRunning(
  { sizes }: KernelInputs,
  tile: { readonly queries: number; readonly keys: number },
  arena: ScratchArena,
): Running {
  return {
    logits: arena.float64(tile.queries * Math.min(tile.keys, sizes.m)),
    sums: arena.float64(tile.queries * sizes.e),
    largest: arena.float64(tile.queries),
    denominators: arena.float64(tile.queries),
  };
}

/** Before any key the only logit is the sink's, and it carries no value. */
function start({ sums, largest, denominators }: Running, rows: number, e: number, sink: number): void {
  sums.fill(0, 0, rows * e);
  largest.fill(sink, 0, rows);
  denominators.fill(sink === Number.NEGATIVE_INFINITY ? 0 : 1, 0, rows);
}

function absorb(
  { logits, sums, largest, denominators }: Running,
  { sizes: { e }, value }: KernelInputs,
  head: Head,
  rows: number,
  firstKey: number,
  width: number,
): void {
  for (let row = 0; row < rows; row += 1) {
    const from = row * width;
    const to = from + width;
    const before = largest[row]!;
    let after = before;
    for (let index = from; index < to; index += 1) {
      const logit = logits[index]!;
      if (logit > after) after = logit;
    }
    let sum = denominators[row]!;
    // Equal also when both are −∞, whose difference is NaN.
    if (after !== before) {
      const correction = Math.exp(before - after);
      sum *= correction;
      for (let c = row * e; c < (row + 1) * e; c += 1) sums[c]! *= correction;
    }
    for (let index = from; index < to; index += 1) {
      const logit = logits[index]!;
      const exponential = logit === Number.NEGATIVE_INFINITY ? 0 : Math.exp(logit - after);
      logits[index] = exponential;
      sum += exponential;
    }
    largest[row] = after;
    denominators[row] = sum;
  }
  addWeightedValues(logits, width, rows, width, value, head.value + firstKey * e, e, sums);
}

function finishBlock(
  { sums, largest, denominators }: Running,
  { sizes: { n, e } }: KernelInputs,
  { output, logSumExp }: KernelOutputs,
  head: Head,
  firstQuery: number,
  rows: number,
): void {
  for (let row = 0; row < rows; row += 1) {
    const index = head.index * n + firstQuery + row;
    const denominator = denominators[row]!;
    const factor = denominator === 0 ? 0 : 1 / denominator;
    for (let c = 0; c < e; c += 1) output[index * e + c] = factor * sums[row * e + c]!;
    if (logSumExp) {
      logSumExp[index] = denominator === 0 ? Number.NEGATIVE_INFINITY : largest[row]! + Math.log(denominator);
    }
  }
}

/** A second pass over the keys, for those who ask for the weights. */
function writeWeights(
  { logits, largest, denominators }: Running,
  inputs: KernelInputs,
  finish: FinishLogits,
  outputs: KernelOutputs,
  head: Head,
  firstQuery: number,
  rows: number,
  firstKey: number,
  width: number,
  ask: boolean,
): void {
  const { n, m } = inputs.sizes;
  fillLogits(inputs, finish, head, firstQuery, rows, firstKey, width, logits, ask);
  for (let row = 0; row < rows; row += 1) {
    const target = (head.index * n + firstQuery + row) * m + firstKey;
    for (let column = 0; column < width; column += 1) {
      const logit = logits[row * width + column]!;
      const weight = Math.exp(logit - largest[row]!) / denominators[row]!;
      outputs.weights![target + column] = logit === Number.NEGATIVE_INFINITY ? 0 : weight;
    }
  }
}
