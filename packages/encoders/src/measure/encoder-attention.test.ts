import { expect, test } from "vitest";
import { recordedAttention } from "../record/fixture.ts";
import { encoderAttention } from "./encoder-attention.ts";

const run = (cell: Record<string, string | number>) => encoderAttention().run(cell, { seed: 1 });

test("describes a head by its own rows", async () => {
  const values = await run({ encoder: "text-line", layer: 1, head: 3 });
  const { weights } = recordedAttention().find(({ encoder, layer }) => encoder === "text-line" && layer === 1)!;
  const n = weights.shape[3]!;
  const at = (row: number, column: number) => weights.data[(3 * n + row) * n + column]!;
  let [first, self, beside] = [0, 0, 0];
  for (let row = 0; row < n; row += 1) {
    first += at(row, 0) / n;
    self += at(row, row) / n;
    beside += ((row > 0 ? at(row, row - 1) : 0) + (row < n - 1 ? at(row, row + 1) : 0)) / n;
  }
  expect(values.onFirst).toBeCloseTo(first, 12);
  expect(values.onSelf).toBeCloseTo(self, 12);
  expect(values.onNeighbours).toBeCloseTo(beside, 12);
  expect(Number(values.reproductionError)).toBeLessThan(1e-6);
});

test("averages over the sentences", async () => {
  const values = await run({ encoder: "sentence", layer: 0, head: 0 });
  const records = recordedAttention().filter(({ encoder, layer }) => encoder === "sentence" && layer === 0);
  const first = records.map(({ weights }) => {
    const n = weights.shape[3]!;
    return Array.from({ length: n }, (_, row) => weights.data[row * n]!).reduce((sum, one) => sum + one, 0) / n;
  });
  expect(values.onFirst).toBeCloseTo(first.reduce((sum, one) => sum + one, 0) / records.length, 12);
});

test("shares and divergences are within their bounds", async () => {
  for (const cell of [
    { encoder: "sentence", layer: 1, head: 3 },
    { encoder: "text-line", layer: 0, head: 7 },
  ]) {
    const values = (await run(cell)) as Record<string, number>;
    for (const share of ["entropyShare", "supportShare", "gini", "onSelf", "onNeighbours", "onFirst"]) {
      expect(values[share]).toBeGreaterThanOrEqual(0);
      expect(values[share]).toBeLessThanOrEqual(1);
    }
    expect(values.headDivergence).toBeLessThanOrEqual(Math.LN2);
    expect(values.headDivergence).toBeGreaterThan(0);
  }
});

test("a head that the encoder does not have is refused", () => {
  expect(encoderAttention().check!({ encoder: "sentence", layer: 0, head: 4 })).toBe(
    "the sentence encoder has 4 heads",
  );
  expect(encoderAttention().check!({ encoder: "text-line", layer: 0, head: 4 })).toBeUndefined();
});
