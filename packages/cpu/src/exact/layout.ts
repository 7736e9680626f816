import type { Engine } from "../engine/engine.ts";
import { exp2Constants } from "./exp2.ts";

/** A change to the logits between the product and the mask, in the order of an attention problem. */
export type Stage = "relative" | "softcap" | "bias";

/** What an exact-attention kernel is specialized for. */
export interface ExactShape {
  /** Width of queries and keys. */
  readonly d: number;
  /** Width of values. */
  readonly e: number;
  /** Keys whose scores are in scratch memory at a time, a multiple of 32. */
  readonly blockKeys: number;
  /** All keys fit in one block: no running maximum, values divided by the sum at once. */
  readonly single: boolean;
  /** Values are read where they lie, row by row, instead of from panels. Only for `e` in whole register tiles. */
  readonly direct: boolean;
  /**
   * Few queries: keys are read where they lie too, and those of the past where they lie, since packing would cost more
   * than the products. Only with `direct`, for `d` in multiples of 8 and at most `fewRows` rows a key-value head.
   */
  readonly fewQueries: boolean;
  readonly stages: readonly Stage[];
  /** Entries of the plan may come with bits that say which keys are allowed. */
  readonly masked: boolean;
  readonly weights: boolean;
}

/** Words of 4 bytes in a descriptor, by name; a call hands its address to the kernels. */
export const words = [
  "query",
  "keys",
  "values",
  "output",
  "weights",
  /** [rows] pairs of running maximum (base 2) and sum, or 0 when not asked for. */
  "statistics",
  /** One logit a query head in base 2, or 0. */
  "sinks",
  /** Rows that share a key-value head: queries n × query heads of the group. */
  "rows",
  "queries",
  "keyHeads",
  "groupHeads",
  /** Row tiles of a key-value head. */
  "tiles",
  "m",
  "keyBytes",
  "valueBytes",
  "scratch",
  "scratchBytes",
  "constants",
  /** Address of a plan: [offset, entries] for each row tile comes first. 0: every tile sees all keys. */
  "plan",
  "planBatchBytes",
  "planHeadBytes",
  /** Entry that stands for all keys: address of the three words that follow it here. */
  "allEntry",
  "allFirst",
  "allCount",
  "allBits",
  /** Keys of the past, and where they and their values lie, when kernels read them in place. */
  "past",
  "pastKeys",
  "pastValues",
  "pastKeyBytes",
  "pastValueBytes",
  /** Factor on the queries where keys are not packed: scale·log₂e. */
  "factor",
  /** 1 when values hold NaN or ∞ that a mask may hide: weights of 0 are then skipped. */
  "careful",
] as const;

/** Most rows of a key-value head whose keys are not packed. */
export const fewRows = 8;

export type Word = (typeof words)[number];

export const word = Object.fromEntries(words.map((name, at) => [name, 4 * at])) as Readonly<Record<Word, number>>;

/** Parameters of stage i: address, then bytes a batch entry, head and query. A soft cap has two factors in their place. */
export const stageWords = 4;
export const maximumStages = 8;

export function stageAt(index: number): number {
  return 4 * (words.length + index * stageWords);
}

export const descriptorBytes = stageAt(maximumStages);

/** An entry of a plan: first key, number of keys, offset of bits or 0. Offsets count from the plan's start. */
export const entryBytes = 12;

/** Constants, each filling 32 bytes so that two loads make 256 bits. Starts of sums are 64 bytes. */
export const constantAt = {
  zeros: 0,
  /** 0 for keys of the last panel, −∞ beyond. */
  lastPanel: 64,
  minusInfinity: 128,
  log2e: 160,
  two: 192,
  /** Range in which a hyperbolic tangent is not ±1, doubled, in base 2. */
  tanhLow: 224,
  tanhHigh: 256,
  bits: 288,
  exp2: 320,
} as const;

export const constantBytes = constantAt.exp2 + 32 * exp2Constants.length;

/** Bytes of the constants for m keys in panels of a register tile. */
export function constants(engine: Engine, m: number): Uint8Array {
  const bytes = new Uint8Array(constantBytes);
  const floats = new Float32Array(bytes.buffer);
  const fill = (at: number, value: number) => floats.fill(value, at / 4, at / 4 + 8);
  const { width, from } = lastPanel(engine, m);
  floats.fill(Number.NEGATIVE_INFINITY, constantAt.lastPanel / 4, constantAt.lastPanel / 4 + 16);
  floats.fill(0, constantAt.lastPanel / 4, constantAt.lastPanel / 4 + Math.min(width, m - from));
  fill(constantAt.minusInfinity, Number.NEGATIVE_INFINITY);
  fill(constantAt.log2e, Math.LOG2E);
  fill(constantAt.two, 2);
  fill(constantAt.tanhLow, -40);
  fill(constantAt.tanhHigh, 40);
  new Int32Array(bytes.buffer, constantAt.bits, 8).set([1, 2, 4, 8, 16, 32, 64, 128]);
  exp2Constants.forEach((value, index) => {
    fill(constantAt.exp2 + 32 * index, value);
  });
  return bytes;
}

/** Keys are packed in panels of a register tile; the last one is half as wide where that is enough. */
export function lastPanel(engine: Engine, m: number): { readonly from: number; readonly width: number } {
  const panel = 4 * engine.vectors;
  const from = Math.floor((m - 1) / panel) * panel;
  const width = panel === 16 && m - from <= 8 ? 8 : panel;
  return { from, width };
}

/** m with the padding of the last panel. */
export function paddedKeys(engine: Engine, m: number): number {
  const { from, width } = lastPanel(engine, m);
  return from + width;
}

/** Width of values in whole register tiles. */
export function paddedValues(engine: Engine, e: number): number {
  const panel = 4 * engine.vectors;
  return Math.ceil(e / panel) * panel;
}

export interface Scratch {
  readonly scores: number;
  readonly pairs: number;
  readonly maximum: number;
  readonly safe: number;
  readonly correction: number;
  readonly factor: number;
  readonly sum: number;
  readonly output: number;
  readonly query: number;
  readonly bytes: number;
}

/** Where a thread keeps what, from the start of its scratch memory. */
export function scratchLayout(engine: Engine, { d, e, blockKeys }: ExactShape): Scratch {
  const { tileRows } = engine;
  let at = 0;
  const take = (bytes: number) => {
    const start = at;
    at += Math.ceil(bytes / 64) * 64;
    return start;
  };
  return {
    pairs: take(tileRows * 32),
    scores: take(tileRows * blockKeys * 4),
    maximum: take(tileRows * 4),
    safe: take(tileRows * 4),
    correction: take(tileRows * 4),
    factor: take(tileRows * 4),
    sum: take(tileRows * 4),
    output: take(tileRows * paddedValues(engine, e) * 4),
    query: take(tileRows * d * 4),
    bytes: at,
  };
}
