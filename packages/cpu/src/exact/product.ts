import type { Code } from "../assembler/code.ts";
import type { Local, Scope } from "../assembler/function.ts";
import { repeatBelow } from "../assembler/function.ts";
import { i32, v128 } from "../assembler/instructions.ts";
import type { Engine } from "../engine/engine.ts";

/** A register tile of a matrix product: rows × vectors of 4 lanes, summed over `count` steps. */
export interface Product {
  readonly rows: number;
  readonly vectors: number;
  /** Steps of the sum: a number where the generator knows it, code that gives it otherwise (at least 1). */
  readonly count: number | Code;
  /** Address of the left factor; its element (row, step) lies at row·leftRow + step·leftStep bytes. */
  readonly left: Code;
  readonly leftRow: number;
  readonly leftStep: number;
  /** Address of the right factor; its vector (step, v) lies at step·rightStep + 16·v bytes. */
  readonly right: Code;
  readonly rightStep: number;
  /** What a sum starts with. */
  start(row: number, vector: number): Code;
  /** What is done with the finished sums. Loads between the two stores of a pair keep it from becoming 256 bits. */
  finish(sums: readonly (readonly Local[])[]): Code;
}

/** Locals that the products of one function share. */
export interface ProductLocals {
  readonly left: Local;
  readonly right: Local;
  readonly end: Local;
  readonly factor: Local;
  /** Never written. */
  readonly zero: Local;
  readonly loaded: readonly Local[];
  readonly sums: readonly (readonly Local[])[];
}

export function productLocals(scope: Scope, engine: Engine): ProductLocals {
  const many = (count: number) => Array.from({ length: count }, () => scope.v128());
  const rows = Math.max(engine.rows.scores, engine.rows.values, engine.rows.narrow);
  return {
    left: scope.i32(),
    right: scope.i32(),
    end: scope.i32(),
    factor: scope.v128(),
    zero: scope.v128(),
    loaded: many(engine.vectors),
    sums: Array.from({ length: rows }, () => many(engine.vectors)),
  };
}

/**
 * Σ left[row, step]·right[step, ·] with all sums in registers: one broadcast load a row and one load a vector for
 * rows·vectors fused multiply-adds. Afterwards the locals are zero again, so that the compiler does not carry their
 * vectors around the loops outside.
 */
export function product(locals: ProductLocals, engine: Engine, { rows, vectors, ...of }: Product): Code {
  const { left, right, end, factor, zero } = locals;
  const sums = locals.sums.slice(0, rows).map((row) => row.slice(0, vectors));
  const loaded = locals.loaded.slice(0, vectors);
  const step = (at: number): Code => [
    loaded.map((local, v) => local.set(v128.load(right.get, at * of.rightStep + 16 * v))),
    sums.map((row, r) => [
      factor.set(v128.load32Splat(left.get, r * of.leftRow + at * of.leftStep)),
      row.map((sum, v) => sum.set(engine.madd(factor.get, loaded[v]!.get, sum.get))),
    ]),
  ];
  const round = (steps: number): Code => [
    Array.from({ length: steps }, (_, at) => step(at)),
    left.set(i32.add(left.get, i32.const(steps * of.leftStep))),
    right.set(i32.add(right.get, i32.const(steps * of.rightStep))),
  ];
  return [
    left.set(of.left),
    right.set(of.right),
    sums.map((row, r) => row.map((sum, v) => sum.set(of.start(r, v)))),
    typeof of.count === "number" ? knownRounds(of.count) : openRounds(of.count),
    of.finish(sums),
    [...sums.flat(), ...loaded, factor].map((local) => local.set(zero.get)),
  ];

  function knownRounds(count: number): Code {
    const unroll = Math.min(engine.unroll, count);
    const rest = count % unroll;
    return [
      end.set(i32.add(right.get, i32.const((count - rest) * of.rightStep))),
      repeatBelow(right, end, round(unroll)),
      rest > 0 ? round(rest) : [],
    ];
  }

  function openRounds(count: Code): Code {
    const { unroll } = engine;
    const beyond = (unroll - 1) * of.rightStep;
    return [
      end.set(i32.add(right.get, i32.sub(i32.mul(count, i32.const(of.rightStep)), i32.const(beyond)))),
      repeatBelow(right, end, round(unroll)),
      unroll > 1 ? [end.set(i32.add(end.get, i32.const(beyond))), repeatBelow(right, end, round(1))] : [],
    ];
  }
}
