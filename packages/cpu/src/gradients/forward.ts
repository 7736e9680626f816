import type { Code } from "../assembler/code.ts";
import { defineFunction, fillZero, type Local, loopFrom, type WasmFunction, when } from "../assembler/function.ts";
import { f32, f32x4, i32, v128 } from "../assembler/instructions.ts";
import type { Engine } from "../engine/engine.ts";
import { constant, field, inScratch } from "../exact/frame.ts";
import { constantAt, paddedValues } from "../exact/layout.ts";
import { addCarefully, addProduct } from "./add.ts";
import { blocksOf, locateInputs, locateRows } from "./blocks.ts";
import { copyShort } from "./copy.ts";
import {
  type DerivativeFrame,
  type DerivativeShape,
  derivativeField,
  derivativeFrame,
  factAt,
  tileRows,
} from "./layout.ts";
import { logits, productOf } from "./recompute.ts";
import { pushWeights } from "./weights.ts";

/**
 * The forward derivative of exact attention, with tangents Q̇, K̇ and V̇: for each block of keys the weights P again,
 *
 *     W = P ⊙ (scale·(Q·K̇ᵀ + Q̇·Kᵀ))      Ȯ = W·V + P·V̇ − (Σ W)·O
 *
 * in five products. A unit is a tile of rows.
 */
export function forward(engine: Engine, shape: DerivativeShape): WasmFunction {
  return defineFunction(
    "forward",
    ["i32", "i32", "i32"],
    (scope, descriptor, unit, thread) => {
      const frame = derivativeFrame(engine, shape, "forward", scope, descriptor!);
      const [keyTangents, valueTangents, tile] = [scope.i32(), scope.i32(), scope.i32()];
      const blocks = blocksOf(frame, scope);
      const { group, keys, values, layout, scratch, query, second } = frame;
      const tangentOf = (source: Local, from: Code, to: Code) => i32.add(source.get, i32.sub(to, from));
      return [
        group.set(i32.divU(unit!.get, field(frame, "tiles"))),
        tile.set(i32.remU(unit!.get, field(frame, "tiles"))),
        frame.keyFrom.set(i32.const(0)),
        frame.keyTo.set(field(frame, "m")),
        locateInputs(frame, thread!),
        keyTangents.set(tangentOf(keys, field(frame, "keys"), derivativeField(frame, "keyTangents"))),
        valueTangents.set(tangentOf(values, field(frame, "values"), derivativeField(frame, "valueTangents"))),
        locateRows(frame, tile, derivativeField(frame, "queryTangent"), shape.d),
        copyShort(frame, query, shape.d, layout.query),
        copyShort(frame, second, shape.d, layout.second),
        fillZero(i32.add(scratch.get, i32.const(layout.pairs)), i32.const(32 * tileRows)),
        fillZero(
          i32.add(scratch.get, i32.const(layout.output)),
          i32.const(4 * tileRows * paddedValues(engine, shape.e)),
        ),
        blocks([
          logits(frame),
          productOf(frame, query, keyTangents, shape.d, layout.gradients),
          productOf(frame, second, keys, shape.d, layout.tangents),
          pushWeights(frame),
          addToOutputs(frame, layout.gradients, values),
          addToOutputs(frame, layout.scores, valueTangents),
        ]),
        writeOutputs(frame),
      ];
    },
    { exported: true },
  );
}

function addToOutputs(frame: DerivativeFrame, left: number, panels: Local): Code {
  const { engine, shape, layout, rows, count, scoreRow, scratch, key, panel } = frame;
  const addition = {
    rows,
    beyond: true,
    count,
    left,
    leftRow: scoreRow,
    leftStep: 4,
    right: (column: Code) =>
      i32.add(i32.add(panels.get, i32.mul(column, field(frame, "m"))), i32.mul(key.get, i32.const(4 * panel))),
    target: i32.add(scratch.get, i32.const(layout.output)),
    width: paddedValues(engine, shape.e),
  };
  return when(field(frame, "careful"), addCarefully(frame, addition), addProduct(frame, addition));
}

/** The row's mean takes in the sums of W; the tile's tangents less mean·O go to their place. */
function writeOutputs(frame: DerivativeFrame): Code {
  const { engine, shape, layout, at, rows, facts, group, firstRow, vector } = frame;
  const { e } = shape;
  const [mean, sum] = [vector[0]!, vector[1]!];
  const row = i32.add(i32.add(i32.mul(group.get, field(frame, "rows")), firstRow.get), at.row.get);
  const rowOf = (start: Code) => i32.add(start, i32.mul(row, i32.const(4 * e)));
  const fact = i32.add(facts.get, i32.shl(at.row.get, i32.const(4)));
  const [from, output, to] = [at.a, at.b, at.column];
  const pair = (half: number) => v128.load(from.get, layout.pairs + 16 * half);
  const lane = (index: number) => f32x4.extractLane(sum.get, index);
  const next = (bytes: number) => [from, output, to].map((at) => at.set(i32.add(at.get, i32.const(bytes))));
  return loopFrom(at.row, i32.const(0), rows.get, 1, [
    from.set(inScratch(frame, at.row.get, 32)),
    sum.set(f32x4.add(pair(0), pair(1))),
    output.set(fact),
    f32.store(
      output.get,
      f32.add(f32.load(output.get, factAt.mean), f32.add(f32.add(lane(0), lane(1)), f32.add(lane(2), lane(3)))),
      factAt.mean,
    ),
    mean.set(f32x4.sub(constant(frame, constantAt.zeros), v128.load32Splat(output.get, factAt.mean))),
    from.set(i32.add(inScratch(frame, at.row.get, 4 * paddedValues(engine, e)), i32.const(layout.output))),
    output.set(rowOf(field(frame, "output"))),
    to.set(rowOf(derivativeField(frame, "outputTangent"))),
    loopFrom(at.c, i32.const(0), i32.const(e & ~3), 4, [
      v128.store(to.get, engine.madd(v128.load(output.get), mean.get, v128.load(from.get))),
      next(16),
    ]),
    Array.from({ length: e & 3 }, () => [
      sum.set(engine.madd(v128.load32Splat(output.get), mean.get, v128.load32Splat(from.get))),
      f32.store(to.get, f32x4.extractLane(sum.get, 0)),
      next(4),
    ]),
  ]);
}
