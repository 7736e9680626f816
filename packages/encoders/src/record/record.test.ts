import { readFileSync, statSync } from "node:fs";
import { toFloat64 } from "@xattn/core";
import { describe, expect, test } from "vitest";
import { decodeRecords, encodeRecords, fixtureFile, recordedAttention } from "./fixture.ts";
import { reproducedWeights, reproductionError } from "./reproduction.ts";

const records = recordedAttention();

test("the fixture holds both layers of three sentences and a text line, and is small", () => {
  expect(records.map(({ encoder, layer, query }) => [encoder, layer, query.shape.join("×")])).toEqual([
    ["sentence", 0, "1×4×7×64"],
    ["sentence", 1, "1×4×7×128"],
    ["sentence", 0, "1×4×8×64"],
    ["sentence", 1, "1×4×8×128"],
    ["sentence", 0, "1×4×5×64"],
    ["sentence", 1, "1×4×5×128"],
    ["text-line", 0, "1×8×20×15"],
    ["text-line", 1, "1×8×20×15"],
  ]);
  expect(statSync(fixtureFile).size).toBeLessThan(300_000);
});

describe.each(records.map((record) => [`${record.encoder} ${record.layer} "${record.input}"`, record] as const))(
  "%s",
  (_, record) => {
    const [, heads, n, d] = record.query.shape as [number, number, number, number];

    test("is one self-attention: shapes, tokens, scale, rows that sum to 1", () => {
      for (const name of ["key", "value"] as const) expect(record[name].shape).toEqual(record.query.shape);
      expect(record.weights.shape).toEqual([1, heads, n, n]);
      expect(record.tokens).toHaveLength(n);
      expect(record.tokens.join("").replaceAll("▁", " ").trim()).toBe(record.input);
      expect(record.scale).toBeCloseTo(1 / Math.sqrt(d), 7);
      const weights = toFloat64(record.weights);
      for (let row = 0; row < heads * n; row += 1) {
        const sum = weights.subarray(row * n, (row + 1) * n).reduce((total, weight) => total + weight, 0);
        expect(sum).toBeCloseTo(1, 5);
      }
    });

    test("its softmax is ours, to 10⁻⁶, by every backend", () => {
      expect(reproductionError(record)).toBeLessThan(1e-6);
      expect(reproductionError(record, { backend: "reference" })).toBeLessThan(1e-6);
      expect(reproducedWeights(record, { backend: "reference" }).dtype).toBe("float64");
    });

    test("and nobody else's: another scale, or queries and keys in each other's place, are seen", () => {
      expect(reproductionError({ ...record, scale: 1.01 * record.scale })).toBeGreaterThan(1e-4);
      expect(reproductionError({ ...record, query: record.key, key: record.query })).toBeGreaterThan(1e-2);
    });
  },
);

test("records are written as they are read", () => {
  const bytes = readFileSync(fixtureFile);
  expect(Buffer.from(encodeRecords(decodeRecords(bytes))).equals(bytes)).toBe(true);
});
