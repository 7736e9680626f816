import type { Code } from "../assembler/code.ts";
import { call, defineFunction, type Local, loopFrom, select, type WasmFunction, when } from "../assembler/function.ts";
import { f32, f32x4, i32, shuffle32, v128 } from "../assembler/instructions.ts";
import type { Engine } from "../engine/engine.ts";
import { paddedValues } from "./layout.ts";

/** Words of a packing descriptor. Keys and values of the past come first: p of them, none where p is 0. */
export const packWords = [
  "key",
  "value",
  "pastKey",
  "pastValue",
  "past",
  "m",
  /** Panels of keys in a key-value head. */
  "panels",
  "packedKeys",
  "packedValues",
  "keyBytes",
  "valueBytes",
  /** At least d zeros. */
  "zeros",
  /** Factor on the keys: scale·log₂e. */
  "factor",
  /** Address that gets 1 when a value is NaN or infinite. */
  "careful",
  /** Panels of all key-value heads. */
  "units",
] as const;

export const packWord = Object.fromEntries(packWords.map((name, at) => [name, 4 * at])) as Readonly<
  Record<(typeof packWords)[number], number>
>;

export const packDescriptorBytes = 4 * packWords.length;

export interface PackShape {
  readonly d: number;
  readonly e: number;
  /** Pack the values too. */
  readonly values: boolean;
}

/**
 * Keys become panels [panel][d][width], transposed and scaled; values become panels [e / width][m][width], padded with
 * zeros. A unit is one panel of keys of one key-value head, and the values of the same keys.
 */
export function pack(engine: Engine, shape: PackShape): WasmFunction {
  const { d, e } = shape;
  const panel = 4 * engine.vectors;
  return defineFunction(
    "pack",
    ["i32", "i32", "i32"],
    (scope, descriptor, unit) => {
      const load = (name: (typeof packWords)[number]) => i32.load(descriptor!.get, packWord[name]);
      const [group, first, width, to, at, j, limit] = Array.from({ length: 7 }, () => scope.i32()) as Local[] &
        [Local, Local, Local, Local, Local, Local, Local];
      const rows = [scope.i32(), scope.i32(), scope.i32(), scope.i32()];
      const loaded = rows.map(() => scope.v128());
      const half = rows.map(() => scope.v128());
      const factor = scope.v128();
      const strange = scope.v128();
      const row = (key: Code, source: "key" | "value", width: number): Code => {
        const past = source === "key" ? "pastKey" : "pastValue";
        const fresh = i32.sub(load("m"), load("past"));
        const inPast = i32.add(i32.mul(group.get, load("past")), key);
        const inFresh = i32.add(i32.mul(group.get, fresh), i32.sub(key, load("past")));
        return select(
          i32.add(load(past), i32.mul(inPast, i32.const(width * 4))),
          i32.add(load(source), i32.mul(inFresh, i32.const(width * 4))),
          i32.ltS(key, load("past")),
        );
      };
      return [
        group.set(i32.divU(unit!.get, load("panels"))),
        first.set(i32.mul(i32.remU(unit!.get, load("panels")), i32.const(panel))),
        limit.set(i32.sub(load("m"), first.get)),
        width.set(i32.const(panel)),
        panel === 16 ? when(i32.leS(limit.get, i32.const(8)), width.set(i32.const(8))) : [],
        limit.set(select(i32.const(panel), limit.get, i32.gtS(limit.get, i32.const(panel)))),
        factor.set(v128.load32Splat(descriptor!.get, packWord.factor)),
        loopFrom(j, i32.const(0), width.get, 4, [
          rows.map((one, lane) => {
            const key = i32.add(j.get, i32.const(lane));
            const here = row(i32.add(first.get, key), "key", d);
            return one.set(select(here, load("zeros"), i32.ltS(key, limit.get)));
          }),
          to.set(
            i32.add(
              i32.add(load("packedKeys"), i32.mul(group.get, load("keyBytes"))),
              i32.add(i32.mul(first.get, i32.const(d * 4)), i32.shl(j.get, i32.const(2))),
            ),
          ),
          loopFrom(at, i32.const(0), i32.const((d & ~3) * 4), 16, [
            loaded.map((local, lane) => local.set(v128.load(i32.add(rows[lane]!.get, at.get)))),
            transpose(loaded, half),
            loaded.map((local) => [
              v128.store(to.get, f32x4.mul(local.get, factor.get)),
              to.set(i32.add(to.get, i32.shl(width.get, i32.const(2)))),
            ]),
          ]),
          loopFrom(at, i32.const((d & ~3) * 4), i32.const(d * 4), 4, [
            rows.map((one, lane) =>
              f32.store(
                to.get,
                f32.mul(f32.load(i32.add(one.get, at.get)), f32x4.extractLane(factor.get, 0)),
                4 * lane,
              ),
            ),
            to.set(i32.add(to.get, i32.shl(width.get, i32.const(2)))),
          ]),
        ]),
        shape.values ? packValues() : [],
      ];

      function packValues(): Code {
        const source = rows[0]!;
        const padded = paddedValues(engine, e);
        const value = loaded[0]!;
        const zero = half[0]!;
        const address = (column: Code) =>
          i32.add(
            to.get,
            i32.add(
              i32.mul(i32.and(column, i32.const(-panel)), i32.shl(load("m"), i32.const(2))),
              i32.shl(i32.and(column, i32.const(panel - 1)), i32.const(2)),
            ),
          );
        const whole = e & ~3;
        return [
          zero.set(f32x4.splat(f32.const(0))),
          strange.set(zero.get),
          loopFrom(j, i32.const(0), limit.get, 1, [
            source.set(row(i32.add(first.get, j.get), "value", e)),
            to.set(
              i32.add(
                i32.add(load("packedValues"), i32.mul(group.get, load("valueBytes"))),
                i32.mul(i32.add(first.get, j.get), i32.const(panel * 4)),
              ),
            ),
            loopFrom(at, i32.const(0), i32.const(whole), 4, [
              value.set(v128.load(i32.add(source.get, i32.shl(at.get, i32.const(2))))),
              v128.store(address(at.get), value.get),
              strange.set(v128.or(strange.get, f32x4.ne(f32x4.sub(value.get, value.get), zero.get))),
            ]),
            padded > whole
              ? loopFrom(at, i32.const(whole), i32.const(padded), 4, v128.store(address(at.get), zero.get))
              : [],
            loopFrom(at, i32.const(whole), i32.const(e), 1, [
              value.set(v128.load32Splat(i32.add(source.get, i32.shl(at.get, i32.const(2))))),
              f32.store(address(at.get), f32x4.extractLane(value.get, 0)),
              strange.set(v128.or(strange.get, f32x4.ne(f32x4.sub(value.get, value.get), zero.get))),
            ]),
          ]),
          when(v128.anyTrue(strange.get), i32.store(load("careful"), i32.const(1))),
        ];
      }
    },
    { exported: true },
  );
}

/** All units of `pack` in one, for inputs too small to share between threads. */
export function packAll(): WasmFunction {
  return defineFunction(
    "packAll",
    ["i32", "i32", "i32"],
    (scope, descriptor, _, thread) => {
      const unit = scope.i32();
      const units = i32.load(descriptor!.get, packWord.units);
      return loopFrom(unit, i32.const(0), units, 1, call("pack", descriptor!.get, unit.get, thread!.get));
    },
    { exported: true },
  );
}

/** Four vectors of four lanes, in place. */
export function transpose(rows: readonly Local[], half: readonly Local[]): Code {
  const [a, b, c, d] = rows as [Local, Local, Local, Local];
  const [p, q, r, s] = half as [Local, Local, Local, Local];
  return [
    p.set(shuffle32(a.get, b.get, [0, 4, 1, 5])),
    q.set(shuffle32(a.get, b.get, [2, 6, 3, 7])),
    r.set(shuffle32(c.get, d.get, [0, 4, 1, 5])),
    s.set(shuffle32(c.get, d.get, [2, 6, 3, 7])),
    a.set(shuffle32(p.get, r.get, [0, 1, 4, 5])),
    b.set(shuffle32(p.get, r.get, [2, 3, 6, 7])),
    c.set(shuffle32(q.get, s.get, [0, 1, 4, 5])),
    d.set(shuffle32(q.get, s.get, [2, 3, 6, 7])),
  ];
}
