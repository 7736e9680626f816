import type { Code } from "../assembler/code.ts";
import { copyBytes, type Local, loopFrom, when } from "../assembler/function.ts";
import { f32, f32x4, i32, v128 } from "../assembler/instructions.ts";
import { constant, forget } from "../exact/frame.ts";
import { constantAt } from "../exact/layout.ts";
import { type DerivativeFrame, tileRows } from "./layout.ts";

export interface PanelCopy {
  /** Address of row `row`. */
  from(row: Code): Code;
  readonly rows: Local;
  /** Numbers in a row. */
  readonly width: number;
  /** Where the panels go in scratch memory, and how many rows one has room for. */
  readonly to: number;
  readonly room: number;
  /** 0 in place of NaN and ∞: for a factor whose other factor is NaN too unless the row does not take part. */
  readonly finite: boolean;
  /** A float, in all lanes. */
  readonly factor?: Code;
}

/** Rows into panels [width / panel][room][panel], which a register tile reads line after line; zeros pad the last. */
export function copyPanels(frame: DerivativeFrame, of: PanelCopy): Code {
  const { at, panel, scratch, pair, product } = frame;
  const factor = frame.vector[0]!;
  const values = pair.slice(0, panel / 8).flat();
  const checks = pair.slice(panel / 8, panel / 4).flat();
  const whole = of.width - (of.width % panel);
  const rest = of.width % panel;
  const clean = (value: Local, check: Local): Code => [
    of.finite
      ? [
          check.set(f32x4.sub(value.get, value.get)),
          check.set(f32x4.eq(check.get, check.get)),
          value.set(v128.and(value.get, check.get)),
        ]
      : [],
    of.factor ? value.set(f32x4.mul(value.get, factor.get)) : [],
  ];
  const source = at.a;
  const target = at.b;
  const start = (column: Code): Code => [
    source.set(i32.add(of.from(at.row.get), i32.shl(column, i32.const(2)))),
    target.set(
      i32.add(i32.add(scratch.get, i32.mul(column, i32.const(4 * of.room))), i32.mul(at.row.get, i32.const(4 * panel))),
    ),
  ];
  const store = values.map((value, v) => v128.store(target.get, value.get, of.to + 16 * v));
  return [
    factor.set(of.factor ?? product.zero.get),
    whole > 0
      ? loopFrom(
          at.column,
          i32.const(0),
          i32.const(whole),
          panel,
          loopFrom(at.row, i32.const(0), of.rows.get, 1, [
            start(at.column.get),
            values.map((value, v) => value.set(v128.load(source.get, 16 * v))),
            values.map((value, v) => clean(value, checks[v]!)),
            store,
          ]),
        )
      : [],
    rest > 0
      ? loopFrom(at.row, i32.const(0), of.rows.get, 1, [
          start(i32.const(whole)),
          values.map((value) => value.set(constant(frame, constantAt.zeros))),
          store,
          Array.from({ length: rest >> 2 }, (_, v) => [
            values[v]!.set(v128.load(source.get, 16 * v)),
            clean(values[v]!, checks[v]!),
            v128.store(target.get, values[v]!.get, of.to + 16 * v),
          ]),
          Array.from({ length: rest & 3 }, (_, lane) => {
            const offset = 4 * ((rest & ~3) + lane);
            return [
              values[0]!.set(v128.load32Splat(source.get, offset)),
              clean(values[0]!, checks[0]!),
              f32.store(target.get, f32x4.extractLane(values[0]!.get, 0), of.to + offset),
            ];
          }),
        ])
      : [],
    forget(frame, values, checks, factor),
  ];
}

/** Register tiles read whole: rows of a short tile go to scratch memory, where what is read beyond them is too. */
export function copyShort(frame: DerivativeFrame, address: Local, width: number, to: number): Code {
  const copy = i32.add(frame.scratch.get, i32.const(to));
  return when(i32.ltS(frame.rows.get, i32.const(tileRows)), [
    copyBytes(copy, address.get, i32.mul(frame.rows.get, i32.const(4 * width))),
    address.set(copy),
  ]);
}
