import { attention, randomNormal, seededRandom, tensor } from "@xattn/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Parameters } from "../../contract/measure.ts";
import { attendThrough, storedParts } from "./attend-through.ts";
import { storageError } from "./storage-error.ts";
import { storageFormats, stored } from "./store.ts";

const base = { format: "float16", part: "inputs", spread: 1, n: 8, m: 24, d: 8, draws: 4 };
const run = async (more: Parameters = {}) => storageError().run({ ...base, ...more }, { seed: 6 });
const error = async (more: Parameters) => Number((await run(more)).storageError);

test("with nothing rounded it is the reference attention", () => {
  const random = seededRandom(1);
  const draw = (rows: number) => Float64Array.from(randomNormal(random, [rows, 5]).data);
  const inputs = { query: draw(3), key: draw(7), value: draw(7) };
  const rows = (data: Float64Array) => tensor([1, 1, data.length / 5, 5], data);
  const { output } = attention(rows(inputs.query), rows(inputs.key), rows(inputs.value), { backend: "reference" });
  const through = attendThrough(inputs, 5, () => (values) => values);
  for (const [index, value] of through.entries()) expect(value).toBeCloseTo(output.data[index]!, 13);
});

test("each part passes through its own storage, in its own shape", () => {
  const seen: [string, number, number][] = [];
  const inputs = {
    query: new Float64Array(6).fill(1),
    key: new Float64Array(8).fill(1),
    value: new Float64Array(8).fill(2),
  };
  const output = attendThrough(inputs, 2, (part) => (values, width) => {
    seen.push([part, values.length, width]);
    return part === "weights" ? values.map(() => 0.5) : values;
  });
  expect(seen).toEqual([
    ["inputs", 6, 2],
    ["inputs", 8, 2],
    ["inputs", 8, 2],
    ["logits", 12, 4],
    ["weights", 12, 4],
  ]);
  expect([...output]).toEqual(Array.from({ length: 6 }, () => 4));
});

test("a stored number is off by half a unit in the last place at most", () => {
  const half = { float32: 2 ** -24, float16: 2 ** -11, bfloat16: 2 ** -8 } as const;
  fc.assert(
    fc.property(fc.double({ min: 1e-4, max: 6e4, noNaN: true }), (value) => {
      for (const format of ["float32", "float16", "bfloat16"] as const) {
        const [read] = stored(Float64Array.of(value), 1, format);
        expect(Math.abs(read! - value)).toBeLessThanOrEqual(half[format] * value);
      }
    }),
  );
  fc.assert(
    fc.property(
      fc.array(
        fc.integer({ min: -9999, max: 9999 }).map((value) => value / 7),
        { minLength: 1, maxLength: 9 },
      ),
      (row) => {
        const most = Math.max(...row.map(Math.abs));
        for (const [index, read] of stored(Float64Array.from([...row, 1e9]), row.length, "int8")
          .subarray(0, row.length)
          .entries()) {
          expect(Math.abs(read - row[index]!)).toBeLessThanOrEqual(most / 254 + 1e-9);
        }
      },
    ),
  );
});

test("int8 takes its step from the largest magnitude of each row", () => {
  expect([...stored(Float64Array.of(127, 63.4, -254, 3.1), 2, "int8")]).toEqual([127, 63, -254, 4]);
  expect([...stored(Float64Array.of(0, 0), 2, "int8")]).toEqual([0, 0]);
});

test("more bits err less, whatever part is stored", async () => {
  for (const part of storedParts) {
    const errors = await Promise.all(storageFormats.map((format) => error({ format, part })));
    const [float32, float16, bfloat16, int8] = errors as [number, number, number, number];
    expect(float32).toBeLessThan(1e-6);
    expect(float16).toBeGreaterThan(100 * float32);
    expect(bfloat16).toBeGreaterThan(4 * float16);
    expect(int8).toBeGreaterThan(float16);
  }
});

test("where float16 ends, elements overflow and there is no error; bfloat16 goes on", async () => {
  const far = await run({ part: "logits", spread: 1e5 });
  expect(far.overflowShare).toBeGreaterThan(0);
  expect(far.largestStored).toBeGreaterThan(65_520);
  expect(far).toMatchObject({ storageError: null, storageErrorLow: null, storageErrorHigh: null });
  expect(await run({ part: "logits", spread: 1e5, format: "bfloat16" })).toMatchObject({ overflowShare: 0 });
  expect(await run({ part: "logits", spread: 100 })).toMatchObject({ overflowShare: 0 });
  // Inputs have the square root of the spread, and weights never exceed 1.
  expect(await run({ spread: 1e5 })).toMatchObject({ overflowShare: 0 });
  expect((await run({ part: "weights", spread: 1e5 })).largestStored).toBeLessThanOrEqual(1);
});

test("the error of stored logits is their rounding, so it grows with them", async () => {
  const [small, large] = [await error({ part: "logits", spread: 0.1 }), await error({ part: "logits", spread: 2 })];
  expect(large).toBeGreaterThan(10 * small);
});

test("three bits less make bfloat16 err 8 times as much as float16, and only it is compared", async () => {
  const { overFloat16, overFloat16Low, overFloat16High } = await run({ format: "bfloat16", draws: 30 });
  const separate = (await error({ format: "bfloat16", draws: 30 })) / (await error({ format: "float16", draws: 30 }));
  expect(overFloat16).toBeCloseTo(separate, 12);
  expect(Math.abs(Number(overFloat16) / 8 - 1)).toBeLessThan(0.1);
  expect(Number(overFloat16Low)).toBeLessThan(Number(overFloat16));
  expect(Number(overFloat16High)).toBeGreaterThan(Number(overFloat16));
  expect(await run()).toMatchObject({ overFloat16: null });
});
