import type { Code } from "../../../assembler/code.ts";
import { copyBytes, defineFunction, type Local, loopFrom, type WasmFunction } from "../../../assembler/function.ts";
import { f32, f32x4, i32, v128 } from "../../../assembler/instructions.ts";
import type { Engine } from "../../../engine/engine.ts";
import { both, constant, forget, makeFrame, plus } from "../../frame.ts";
import { tileProduct } from "../../tile-product.ts";
import { padded } from "../../widths.ts";
import { type DerivativeWord, derivativeScratch, derivativeWords, type FavorDerivativeShape } from "./shape.ts";
import { type DerivativeTile, derivativeTile } from "./tile.ts";

/**
 * The tangent of random features from that of x: slope_r·(ω_r·dx), and for keys the feature times what the logarithm of
 * the scale moves by. A unit is a tile of rows.
 */
export function push(engine: Engine, shape: FavorDerivativeShape): WasmFunction {
  return defineFunction(
    "push",
    ["i32", "i32", "i32"],
    (scope, descriptor, unit, thread) => {
      const frame = makeFrame<DerivativeWord>(engine, derivativeWords, scope, descriptor!, thread!);
      const tile = derivativeTile(frame, shape, scope, unit!);
      const layout = derivativeScratch(engine, shape);
      const [along, features, target] = [scope.i32(), scope.i32(), scope.i32()];
      const tangents = i32.add(frame.scratch.get, i32.const(layout.rows));
      const projected = i32.add(frame.scratch.get, i32.const(layout.slopes));
      const row = 4 * padded(shape.features);
      return [
        tile.begin,
        // Register tiles read whole: what is shorter must not be read past its end.
        copyBytes(tangents, tile.rowOf("tangent"), i32.mul(tile.rows.get, i32.const(4 * shape.d))),
        tileProduct(frame, {
          rows: tile.rows.get,
          columns: padded(shape.features),
          count: shape.d,
          left: tangents,
          leftRow: 4 * shape.d,
          leftStep: 4,
          right: (columnBytes) => i32.add(frame.field("projection"), columnBytes),
          rightStep: row,
          target: projected,
          targetRow: row,
          adds: false,
        }),
        tile.eachRow([
          scaleMoves(tile, features, target),
          along.set(plus(projected, tile.row.get, row)),
          features.set(tile.rowOf("features")),
          target.set(tile.rowOf("moving")),
          tangentsOf(tile, along, features, target),
        ]),
      ];
    },
    { exported: true },
  );
}

/** What the logarithm of the scale moves by: ofNorm·(x·dx), in all lanes of the product's factor. */
function scaleMoves({ frame, shape, rowOf }: DerivativeTile, source: Local, tangent: Local): Code {
  if (!shape.moved) return [];
  const { column } = frame.tile;
  const { factor } = frame.product;
  const product = (offset: Code) =>
    f32x4.mul(v128.load32Splat(i32.add(source.get, offset)), v128.load32Splat(i32.add(tangent.get, offset)));
  return [
    source.set(rowOf("source")),
    tangent.set(rowOf("tangent")),
    factor.set(constant(frame, "zeros")),
    loopFrom(column, i32.const(0), i32.const(4 * shape.d), 4, factor.set(f32x4.add(factor.get, product(column.get)))),
    factor.set(f32x4.mul(factor.get, f32x4.splat(f32.reinterpretI32(frame.field("ofNorm"))))),
  ];
}

function tangentsOf({ frame, shape, eachPair }: DerivativeTile, along: Local, features: Local, target: Local): Code {
  const { column } = frame.tile;
  const { factor } = frame.product;
  const half = 4 * padded(shape.features);
  const [f1, f2, p, into] = frame.pairs;
  const load = (pair: readonly [Local, Local], from: Local, offset: number) =>
    both.map((i) => pair[i].set(v128.load(i32.add(from.get, column.get), offset + 16 * i)));
  const withScale = (slope: Code, feature: Local) =>
    shape.moved ? frame.engine.madd(feature.get, factor.get, slope) : slope;
  const store = (offset: number) =>
    both.map((i) => v128.store(i32.add(target.get, column.get), into[i].get, offset + 16 * i));
  const two = shape.form !== "positive";
  const crossed = shape.form === "trigonometric";
  return [
    eachPair([
      load(p, along, 0),
      load(f1, features, 0),
      two ? load(f2, features, half) : [],
      both.map((i) => into[i].set(withScale(f32x4.mul((crossed ? f2 : f1)[i].get, p[i].get), f1[i]))),
      store(0),
      two
        ? [
            both.map((i) => into[i].set(withScale(f32x4.neg(f32x4.mul((crossed ? f1 : f2)[i].get, p[i].get)), f2[i]))),
            store(half),
          ]
        : [],
    ]),
    forget(frame, factor, ...frame.pairs),
  ];
}
