import type { Code } from "../assembler/code.ts";
import { f32x4 } from "../assembler/instructions.ts";

/** What the kernel generator has to know of the engine that will run its code. */
export interface Engine {
  readonly name: EngineName;
  /** factor·by + addend in four lanes, rounded once or twice. */
  madd(factor: Code, by: Code, addend: Code): Code;
  /** Vectors of 4 lanes in a register tile. */
  readonly vectors: number;
  /** Rows of a register tile of scores, of values, and of scores that are half a tile wide. */
  readonly rows: { readonly scores: number; readonly values: number; readonly narrow: number };
  /** Rows that are worked on together: a multiple of all of `rows`. */
  readonly tileRows: number;
  /** Steps of a sum that are written out one after the other. */
  readonly unroll: number;
  /** V8 flags that the compilation needs, each with the version from which on it is gone or set anyway. */
  readonly flags: readonly { readonly flag: string; readonly below: number }[];
}

export type EngineName = "256-bit" | "128-bit" | "128-bit small" | "128-bit separate";

const separate = (factor: Code, by: Code, addend: Code) => f32x4.add(f32x4.mul(factor, by), addend);

/**
 * Best first. 256 bits come from V8's revectorizer, which turns two neighbouring 128-bit operations into one. Older
 * V8 spills registers with larger tiles or unrolled sums. The last needs nothing beyond WebAssembly's fixed SIMD.
 */
export const engines: readonly Engine[] = [
  {
    name: "256-bit",
    madd: f32x4.relaxedMadd,
    vectors: 4,
    rows: { scores: 4, values: 5, narrow: 10 },
    tileRows: 20,
    unroll: 4,
    flags: [{ flag: "experimental-wasm-revectorize", below: Number.POSITIVE_INFINITY }],
  },
  {
    name: "128-bit",
    madd: f32x4.relaxedMadd,
    vectors: 2,
    rows: { scores: 6, values: 6, narrow: 6 },
    tileRows: 24,
    unroll: 4,
    flags: [],
  },
  {
    name: "128-bit small",
    madd: f32x4.relaxedMadd,
    vectors: 2,
    rows: { scores: 4, values: 4, narrow: 4 },
    tileRows: 20,
    unroll: 1,
    flags: [{ flag: "experimental-wasm-relaxed-simd", below: 12 }],
  },
  {
    name: "128-bit separate",
    madd: separate,
    vectors: 2,
    rows: { scores: 4, values: 4, narrow: 4 },
    tileRows: 20,
    unroll: 1,
    flags: [],
  },
];
