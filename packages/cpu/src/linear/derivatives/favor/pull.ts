import type { Code } from "../../../assembler/code.ts";
import { defineFunction, type Local, type WasmFunction } from "../../../assembler/function.ts";
import { f32, f32x4, i32, v128 } from "../../../assembler/instructions.ts";
import type { Engine } from "../../../engine/engine.ts";
import { acrossLanes, both, constant, firstLane, forget, makeFrame, plus } from "../../frame.ts";
import { mapRow } from "../../row-map.ts";
import { tileProduct } from "../../tile-product.ts";
import { padded } from "../../widths.ts";
import { type DerivativeWord, derivativeScratch, derivativeWords, type FavorDerivativeShape } from "./shape.ts";
import { type DerivativeTile, derivativeTile } from "./tile.ts";

/**
 * The gradient by x from those by random features: Σ slope_r·gradient_r·ω_r, and for keys what the logarithm of the
 * scale has from x. A unit is a tile of rows.
 */
export function pull(engine: Engine, shape: FavorDerivativeShape): WasmFunction {
  return defineFunction(
    "pull",
    ["i32", "i32", "i32"],
    (scope, descriptor, unit, thread) => {
      const frame = makeFrame<DerivativeWord>(engine, derivativeWords, scope, descriptor!, thread!);
      const tile = derivativeTile(frame, shape, scope, unit!);
      const layout = derivativeScratch(engine, shape);
      const [sums, source, target] = [scope.i32(), scope.i32(), scope.i32()];
      const row = 4 * padded(shape.d);
      return [
        tile.begin,
        tile.eachRow(slopes(tile, layout, sums, source, target)),
        tileProduct(frame, {
          rows: tile.rows.get,
          columns: padded(shape.d),
          count: shape.features,
          left: i32.add(frame.scratch.get, i32.const(layout.slopes)),
          leftRow: 4 * padded(shape.features),
          leftStep: 4,
          right: (columnBytes) => i32.add(frame.field("projection"), columnBytes),
          rightStep: row,
          target: i32.add(frame.scratch.get, i32.const(layout.rows)),
          targetRow: row,
          adds: false,
        }),
        tile.eachRow([
          sums.set(i32.add(plus(frame.scratch.get, tile.row.get, row), i32.const(layout.rows))),
          source.set(tile.rowOf("source")),
          target.set(tile.rowOf("target")),
          finish(tile, layout.ofScale, sums, source, target),
        ]),
      ];
    },
    { exported: true },
  );
}

/** slope·gradient of every random vector, and Σ feature·gradient, the gradient by the logarithm of the scale. */
function slopes(
  { frame, shape, row, rowOf, eachPair }: DerivativeTile,
  layout: ReturnType<typeof derivativeScratch>,
  to: Local,
  features: Local,
  gradients: Local,
): Code {
  const { column } = frame.tile;
  const half = 4 * padded(shape.features);
  const [f1, f2, g1, g2] = frame.pairs;
  const total = frame.product.factor;
  const into = [frame.product.loaded[0]!, frame.product.loaded[1]!] as const;
  const load = (pair: readonly [Local, Local], from: Local, offset: number) =>
    both.map((i) => pair[i].set(v128.load(i32.add(from.get, column.get), offset + 16 * i)));
  // What has gradient 0 keeps it, whatever the feature.
  const times = (feature: Local, gradient: Local) =>
    v128.and(f32x4.mul(feature.get, gradient.get), f32x4.ne(gradient.get, constant(frame, "zeros")));
  const two = shape.form !== "positive";
  const slope = (i: 0 | 1): Code => {
    if (!two) return times(f1[i], g1[i]);
    if (shape.form === "hyperbolic") return f32x4.sub(times(f1[i], g1[i]), times(f2[i], g2[i]));
    return f32x4.sub(times(f2[i], g1[i]), times(f1[i], g2[i]));
  };
  return [
    features.set(rowOf("features")),
    gradients.set(rowOf("moving")),
    to.set(i32.add(plus(frame.scratch.get, row.get, half), i32.const(layout.slopes))),
    total.set(constant(frame, "zeros")),
    eachPair([
      load(f1, features, 0),
      load(g1, gradients, 0),
      two ? [load(f2, features, half), load(g2, gradients, half)] : [],
      both.map((i) => into[i].set(slope(i))),
      both.map((i) => v128.store(i32.add(to.get, column.get), into[i].get, 16 * i)),
      shape.moved
        ? both.map((i) => [
            total.set(f32x4.add(total.get, times(f1[i], g1[i]))),
            two ? total.set(f32x4.add(total.get, times(f2[i], g2[i]))) : [],
          ])
        : [],
    ]),
    shape.moved
      ? [
          acrossLanes(total, f32x4.add),
          f32.store(plus(frame.scratch.get, row.get, 4), firstLane(total), layout.ofScale),
        ]
      : [],
    forget(frame, ...frame.pairs, total, into),
  ];
}

function finish(
  { frame, shape, row }: DerivativeTile,
  ofScale: number,
  sums: Local,
  source: Local,
  target: Local,
): Code {
  const { factor } = frame.product;
  const perX = f32.mul(
    f32.load(plus(frame.scratch.get, row.get, 4), ofScale),
    f32.reinterpretI32(frame.field("ofNorm")),
  );
  return [
    shape.moved ? factor.set(f32x4.splat(perX)) : [],
    mapRow(frame, {
      width: shape.d,
      sources: shape.moved ? [sums, source] : [sums],
      target,
      pads: false,
      compute: ([sum, x], into) =>
        both.map((i) => {
          if (!shape.moved) return into[i].set(sum![i].get);
          const along = f32x4.mul(x![i].get, factor.get);
          const masked = v128.and(along, f32x4.ne(factor.get, constant(frame, "zeros", i)));
          return into[i].set(f32x4.add(sum![i].get, masked));
        }),
    }),
    forget(frame, factor),
  ];
}
