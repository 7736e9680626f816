import { seededRandom } from "@xattn/core";
import { describe, expect, it } from "vitest";
import { defineFunction, type WasmFunction } from "../assembler/function.ts";
import { f32, f32x4, i32, v128 } from "../assembler/instructions.ts";
import { instantiate } from "../assembler/testing/instantiate.ts";
import { runs } from "../engine/choose.ts";
import { type Engine, engines } from "../engine/engine.ts";
import { product, productLocals } from "../exact/product.ts";

interface Tile {
  readonly rows: number;
  readonly vectors: number;
  /** 0: known when it runs. */
  readonly count: number;
  readonly leftRow: number;
  readonly leftStep: number;
  readonly rightStep: number;
}

const place = { left: 1024, right: 16384, start: 65536, result: 81920 };

/** The tile's product with sums that start with numbers in memory; a sum doubles on its way back there. */
function tileProduct(engine: Engine, name: string, tile: Tile): WasmFunction {
  const { vectors, count } = tile;
  const at = (row: number, vector: number) => 16 * (row * vectors + vector);
  return defineFunction(
    name,
    ["i32"],
    (scope, steps) => {
      const locals = productLocals(scope, engine);
      const times = product(locals, engine, {
        ...tile,
        count: count === 0 ? steps!.get : count,
        left: i32.const(place.left),
        right: i32.const(place.right),
        start: (row, vector) => v128.load(i32.const(place.start), at(row, vector)),
        finish: (sums) =>
          sums.map((row, r) =>
            row.map((sum, v) =>
              v128.store(i32.const(place.result), f32x4.mul(sum.get, f32x4.splat(f32.const(2))), at(r, v)),
            ),
          ),
      });
      // A second time, so that what the first one leaves behind would show.
      return [times, times];
    },
    { exported: true },
  );
}

const here = engines.filter((engine) => runs(engine, false));

describe.each(here)("product, $name kernels", (engine) => {
  const { scores, values, narrow } = engine.rows;
  const most = Math.max(scores, values, narrow);
  const strides = [
    { leftRow: 4, leftStep: 4 * most, rightStep: 16 * engine.vectors },
    { leftRow: 36, leftStep: 4, rightStep: 16 * engine.vectors },
    { leftRow: 100, leftStep: 8, rightStep: 16 * engine.vectors + 20 },
    { leftRow: 44, leftStep: 4, rightStep: 4 },
  ];
  const shapes = Array.from({ length: most }, (_, row) => row + 1).flatMap((rows) =>
    Array.from({ length: engine.vectors }, (_, vector) => ({ rows, vectors: vector + 1 })),
  );
  const used = shapes.filter(
    ({ rows, vectors }) =>
      ([scores, values].includes(rows) && vectors === engine.vectors) ||
      (rows === narrow && vectors === engine.vectors / 2),
  );
  const tiles: Tile[] = [
    ...shapes.map((shape, index) => ({ ...shape, count: 0, ...strides[index % strides.length]! })),
    ...used.flatMap((shape) =>
      Array.from({ length: 9 }, (_, count) => ({ ...shape, count: count + 1, ...strides[count % strides.length]! })),
    ),
  ];
  const module = instantiate(
    tiles.map((tile, index) => tileProduct(engine, `tile${index}`, tile)),
    engine,
  );
  const random = seededRandom(3);
  for (let index = 0; index < 24000; index += 1) module.float32[index] = random.normal();

  it.each(tiles.map((tile, index) => ({ ...tile, index })))(
    "is the matrix product: $rows × $vectors vectors, $count steps, strides $leftRow, $leftStep, $rightStep",
    ({ index, ...tile }) => {
      const counts = tile.count === 0 ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 33] : [tile.count];
      for (const count of counts) {
        module.call(`tile${index}`, count);
        for (let row = 0; row < tile.rows; row += 1) {
          for (let lane = 0; lane < 4 * tile.vectors; lane += 1) {
            const cell = row * 4 * tile.vectors + lane;
            let sum = module.float32[place.start / 4 + cell]!;
            let size = Math.abs(sum);
            for (let step = 0; step < count; step += 1) {
              const left = module.float32[(place.left + row * tile.leftRow + step * tile.leftStep) / 4]!;
              const right = module.float32[(place.right + step * tile.rightStep) / 4 + lane]!;
              sum += left * right;
              size += Math.abs(left * right);
            }
            const error = Math.abs(module.float32[place.result / 4 + cell]! - 2 * sum);
            expect(error, `row ${row}, lane ${lane}`).toBeLessThanOrEqual(2 * size * (count + 1) * 2 ** -24);
          }
        }
      }
    },
  );
});
