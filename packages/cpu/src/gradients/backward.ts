import type { Code } from "../assembler/code.ts";
import {
  defineFunction,
  fillZero,
  type Local,
  loopFrom,
  select,
  type WasmFunction,
  when,
} from "../assembler/function.ts";
import { f32, f32x4, i32, v128 } from "../assembler/instructions.ts";
import type { Engine } from "../engine/engine.ts";
import { field, inScratch } from "../exact/frame.ts";
import { paddedValues } from "../exact/layout.ts";
import { type Addition, addCarefully, addProduct, panelIn } from "./add.ts";
import { blocksOf, locateInputs, locateRows, locateUnit } from "./blocks.ts";
import { copyPanels, copyShort } from "./copy.ts";
import {
  blockKeys,
  type DerivativeFrame,
  type DerivativeShape,
  derivativeField,
  derivativeFrame,
  tileRows,
} from "./layout.ts";
import { logits, productOf } from "./recompute.ts";
import { pullWeights } from "./weights.ts";

/**
 * The backward pass of exact attention (Dao 2023, algorithm 2, with its two loops exchanged): for each tile of the
 * unit's rows and each block of its keys the weights P again, then
 *
 *     dV += Pᵀ·dO      dS = P ⊙ (dO·Vᵀ − D)      dQ += scale·dS·K      dK += dSᵀ·(scale·Q)
 *
 * in five products, with dQ in scratch memory and dK and dV where they belong.
 */
export function backward(engine: Engine, shape: DerivativeShape): WasmFunction {
  return defineFunction(
    "backward",
    ["i32", "i32", "i32"],
    (scope, descriptor, unit, thread) => {
      const frame = derivativeFrame(engine, shape, "reverse", scope, descriptor!);
      const tile = { from: scope.i32(), to: scope.i32() };
      const now = scope.i32();
      const [keyGradient, valueGradient] = [scope.i32(), scope.i32()];
      const blocks = blocksOf(frame, scope);
      return [
        locateUnit(frame, unit!, tile),
        locateInputs(frame, thread!),
        locateGradients(frame, keyGradient, valueGradient),
        loopFrom(now, tile.from.get, tile.to.get, 1, [
          locateRows(frame, now, derivativeField(frame, "outputGradient"), shape.e),
          copyTile(frame),
          blocks([
            logits(frame),
            weightGradients(frame),
            pullWeights(frame),
            addToValues(frame, valueGradient),
            addToKeys(frame, keyGradient),
            addToQueries(frame),
          ]),
          writeQueryGradient(frame),
        ]),
      ];
    },
    { exported: true },
  );
}

/** Where the gradients of the unit's keys and values lie; they are 0 in the first phase. */
function locateGradients(frame: DerivativeFrame, keyGradient: Local, valueGradient: Local): Code {
  const { engine, shape, group, keyFrom, keyTo } = frame;
  const ofGroup = (start: Code, bytes: Code) => i32.add(start, i32.mul(group.get, bytes));
  const clear = (gradient: Local, width: number) => {
    const row = i32.const(paddedValues(engine, width) * 4);
    return fillZero(i32.add(gradient.get, i32.mul(keyFrom.get, row)), i32.mul(i32.sub(keyTo.get, keyFrom.get), row));
  };
  return [
    keyGradient.set(ofGroup(derivativeField(frame, "keyGradient"), derivativeField(frame, "keyGradientBytes"))),
    valueGradient.set(ofGroup(derivativeField(frame, "valueGradient"), derivativeField(frame, "valueGradientBytes"))),
    when(i32.and(i32.eqz(derivativeField(frame, "phase")), i32.ltS(keyFrom.get, keyTo.get)), [
      clear(keyGradient, shape.d),
      clear(valueGradient, shape.e),
    ]),
  ];
}

/** Queries times scale, and output gradients, in panels; dQ is 0. */
function copyTile(frame: DerivativeFrame): Code {
  const { engine, shape, layout, rows, query, second, scratch } = frame;
  const rowOf = (start: Local, width: number) => (row: Code) => i32.add(start.get, i32.mul(row, i32.const(4 * width)));
  return [
    copyShort(frame, query, shape.d, layout.query),
    copyShort(frame, second, shape.e, layout.second),
    copyPanels(frame, {
      from: rowOf(query, shape.d),
      rows,
      width: shape.d,
      to: layout.queryPanels,
      room: tileRows,
      finite: true,
      factor: scaleOf(frame),
    }),
    copyPanels(frame, {
      from: rowOf(second, shape.e),
      rows,
      width: shape.e,
      to: layout.outputPanels,
      room: tileRows,
      finite: false,
    }),
    fillZero(
      i32.add(scratch.get, i32.const(layout.queryGradient)),
      i32.const(tileRows * paddedValues(engine, shape.d) * 4),
    ),
  ];
}

function scaleOf(frame: DerivativeFrame): Code {
  return f32x4.splat(f32.reinterpretI32(derivativeField(frame, "scale")));
}

/** dP = dO·Vᵀ, as scores of output gradients with packed values. */
function weightGradients(frame: DerivativeFrame): Code {
  const { shape, layout, second, values } = frame;
  return productOf(frame, second, values, shape.e, layout.gradients);
}

/** dV += Pᵀ·dO */
function addToValues(frame: DerivativeFrame, valueGradient: Local): Code {
  const { layout, shape } = frame;
  const addition = keyAddition(frame, layout.scores, layout.outputPanels, valueGradient, shape.e);
  return when(field(frame, "careful"), addCarefully(frame, addition), addProduct(frame, addition));
}

/** dK += dSᵀ·(scale·Q) */
function addToKeys(frame: DerivativeFrame, keyGradient: Local): Code {
  const { layout, shape } = frame;
  return addProduct(frame, keyAddition(frame, layout.gradients, layout.queryPanels, keyGradient, shape.d));
}

function keyAddition(frame: DerivativeFrame, left: number, panels: number, gradient: Local, width: number): Addition {
  const { engine, padded, rows, scoreRow, key } = frame;
  const wide = paddedValues(engine, width);
  return {
    rows: padded,
    beyond: false,
    count: rows,
    left,
    leftRow: 4,
    leftStep: scoreRow,
    right: panelIn(frame, panels, tileRows),
    target: i32.add(gradient.get, i32.mul(key.get, i32.const(4 * wide))),
    width: wide,
  };
}

/** dQ += dS·K, not yet times scale. */
function addToQueries(frame: DerivativeFrame): Code {
  const { engine, shape, layout, rows, count, scoreRow, scratch, key, group } = frame;
  const past = derivativeField(frame, "past");
  const index = (row: Code) => i32.add(key.get, row);
  const rowIn = (start: Code, inGroup: Code, at: Code) =>
    i32.add(start, i32.mul(i32.add(i32.mul(group.get, inGroup), at), i32.const(4 * shape.d)));
  return [
    copyPanels(frame, {
      from: (row) =>
        select(
          rowIn(derivativeField(frame, "pastKey"), past, index(row)),
          rowIn(derivativeField(frame, "key"), i32.sub(field(frame, "m"), past), i32.sub(index(row), past)),
          i32.ltS(index(row), past),
        ),
      rows: count,
      width: shape.d,
      to: layout.keyPanels,
      room: blockKeys,
      finite: true,
    }),
    addProduct(frame, {
      rows,
      beyond: true,
      count,
      left: layout.gradients,
      leftRow: scoreRow,
      leftStep: 4,
      right: panelIn(frame, layout.keyPanels, blockKeys),
      target: i32.add(scratch.get, i32.const(layout.queryGradient)),
      width: paddedValues(engine, shape.d),
    }),
  ];
}

/** The tile's dQ·scale goes to its place, or is added there after the first phase. */
function writeQueryGradient(frame: DerivativeFrame): Code {
  const { engine, shape, layout, at, rows, group, firstRow, vector } = frame;
  const { d } = shape;
  const [scale, sum] = [vector[0]!, vector[1]!];
  const from = i32.add(inScratch(frame, at.row.get, paddedValues(engine, d) * 4), i32.const(layout.queryGradient));
  const row = i32.add(i32.add(i32.mul(group.get, field(frame, "rows")), firstRow.get), at.row.get);
  const each = (add: boolean) =>
    loopFrom(at.row, i32.const(0), rows.get, 1, [
      at.a.set(from),
      at.b.set(i32.add(derivativeField(frame, "queryGradient"), i32.mul(row, i32.const(4 * d)))),
      loopFrom(at.c, i32.const(0), i32.const(d & ~3), 4, [
        sum.set(f32x4.mul(v128.load(at.a.get), scale.get)),
        v128.store(at.b.get, add ? f32x4.add(v128.load(at.b.get), sum.get) : sum.get),
        advance(frame, 16),
      ]),
      Array.from({ length: d & 3 }, () => [
        sum.set(f32x4.mul(v128.load32Splat(at.a.get), scale.get)),
        sum.set(add ? f32x4.add(v128.load32Splat(at.b.get), sum.get) : sum.get),
        f32.store(at.b.get, f32x4.extractLane(sum.get, 0)),
        advance(frame, 4),
      ]),
    ]);
  return [scale.set(scaleOf(frame)), when(derivativeField(frame, "phase"), each(true), each(false))];
}

function advance({ at }: DerivativeFrame, bytes: number): Code {
  return [at.a.set(i32.add(at.a.get, i32.const(bytes))), at.b.set(i32.add(at.b.get, i32.const(bytes)))];
}
