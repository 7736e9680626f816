import { type AttentionProblem, createBackend, fromNumbers, randomNormal, seededRandom, toFloat64 } from "@xattn/core";
import { causal, padding, softcap } from "@xattn/masking";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CpuBackend, createCpuBackend } from "./backend.ts";

const reference = createBackend("reference");

function gaussian(n: number, m: number, d = 16, heads = 2): AttentionProblem {
  const random = seededRandom(5);
  return {
    query: randomNormal(random, [1, heads, n, d]),
    key: randomNormal(random, [1, heads, m, d]),
    value: randomNormal(random, [1, heads, m, d]),
  };
}

/** Where numbers are NaN, by row of the output. */
const rowsWithNaN = (data: Float64Array, width: number) =>
  Array.from({ length: data.length / width }, (_, row) =>
    data.subarray(row * width, (row + 1) * width).some(Number.isNaN),
  );

describe("bad input and faults", () => {
  let backend: CpuBackend;
  beforeAll(async () => {
    backend = await createCpuBackend({ threads: 2 });
    await backend.ready();
  });
  afterAll(() => backend.dispose());

  const stillWorks = () => {
    const problem = gaussian(7, 9);
    expect(backend.attention(problem).output.data[0]).toBeCloseTo(reference.attention(problem).output.data[0]!, 5);
  };

  it("refuses shapes that do not fit before any work", () => {
    const problem = gaussian(7, 9);
    const value = randomNormal(seededRandom(1), [1, 2, 8, 16]);
    expect(() => backend.attention({ ...problem, value })).toThrow("value: shape [1, 2, 8, 16] does not fit");
    expect(() => backend.attention(problem, {}, { into: backend.tensor([1, 2, 7, 15]) })).toThrow("into: shape");
    stillWorks();
  });

  it("refuses a tensor whose buffer is detached, and float64", () => {
    const problem = gaussian(7, 9);
    const key = randomNormal(seededRandom(1), [1, 2, 9, 16]);
    structuredClone(key.data, { transfer: [key.data.buffer as ArrayBuffer] });
    expect(() => backend.attention({ ...problem, key })).toThrow(/key: holds 0 numbers .* detached/);
    const doubles = fromNumbers([1, 2, 9, 16], new Array(288).fill(1), "float64");
    expect(() => backend.attention({ ...problem, value: doubles })).toThrow(
      "value: the cpu backend computes in float32",
    );
    stillWorks();
  });

  it.each([
    ["query", undefined],
    ["key", undefined],
    ["value", undefined],
    ["key", causal()],
    ["value", causal()],
    ["key", padding({ keys: [6] })],
    ["value", padding({ keys: [6] })],
  ] as const)("lets NaN and infinity in %s through where the mathematics says: %j", (name, mask) => {
    for (const strange of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const problem = { ...gaussian(40, 11), ...(mask && { mask }) };
      problem[name].data[2 * 16 * 4 + 3] = strange;
      problem[name].data[8 * 16 + 5] = strange;
      const actual = rowsWithNaN(toFloat64(backend.attention(problem).output), 16);
      const expected = rowsWithNaN(toFloat64(reference.attention(problem).output), 16);
      expect(actual).toEqual(expected);
    }
  });

  it("keeps NaN out of rows whose bias forbids the key, behind a soft cap too", () => {
    const problem = { ...gaussian(5, 6), modifiers: [softcap(2)] };
    const none = Number.NEGATIVE_INFINITY;
    const bias = fromNumbers(
      [5, 6],
      Array.from({ length: 30 }, (_, at) => (at % 6 === 2 ? none : 0)),
      "float32",
    );
    problem.key.data[2 * 16] = Number.NaN;
    problem.value.data[2 * 16 + 1] = Number.NaN;
    const output = toFloat64(backend.attention({ ...problem, bias }).output);
    expect(output.some(Number.isNaN)).toBe(false);
  });

  it("refuses what does not fit in 4 GiB, and goes on", () => {
    expect(() => backend.tensor([1, 2, 2 ** 20, 1024])).toThrow(/8\.\d+ GiB .*at most 4 GiB/);
    stillWorks();
  });

  it("gives a tensor's memory back once", () => {
    const tensor = backend.tensor([3, 5]);
    backend.release(tensor);
    expect(() => backend.release(tensor)).toThrow("is not one that this backend made, or was released before");
    expect(() => backend.release(randomNormal(seededRandom(1), [3, 5]))).toThrow("is not one that this backend made");
    const address = backend.tensor([3, 5]).data.byteOffset;
    expect(address).toBe(tensor.data.byteOffset);
  });

  it("computes from and into its own memory without a copy, also after the memory grew", () => {
    const problem = gaussian(33, 70);
    const place = (source: AttentionProblem["query"]) => {
      const placed = backend.tensor(source.shape);
      placed.data.set(source.data as Float32Array);
      return placed;
    };
    const placed = { query: place(problem.query), key: place(problem.key), value: place(problem.value) };
    const into = backend.tensor([1, 2, 33, 16]);
    const expected = backend.attention(problem).output.data;
    expect(backend.attention(placed, {}, { into }).output).toBe(into);
    expect([...into.data]).toEqual([...expected]);
    backend.release(backend.tensor([1, 1, 4096, 4096]));
    into.data.fill(Number.NaN);
    backend.attention(placed, {}, { into });
    expect([...into.data]).toEqual([...expected]);
    backend.resetScratch();
    backend.attention(placed, {}, { into });
    const without = backend.scratchBytes();
    backend.resetScratch();
    backend.attention(problem, {}, { into });
    expect(backend.scratchBytes() - without).toBeGreaterThanOrEqual(4 * 2 * 16 * (33 + 2 * 70));
  });

  it.each([
    [
      [0, 2, 5, 4],
      [0, 2, 6, 4],
    ],
    [
      [1, 2, 0, 4],
      [1, 2, 6, 4],
    ],
    [
      [1, 2, 5, 4],
      [1, 2, 0, 4],
    ],
  ])("gives zeros for sizes of 0: %j, %j", (queryShape, keyShape) => {
    const random = seededRandom(2);
    const key = randomNormal(random, keyShape);
    const sinks = fromNumbers([2], [0.5, -1], "float32");
    const problem = { query: randomNormal(random, queryShape), key, value: key, sinks };
    const asked = { weights: true, logSumExp: true };
    const actual = backend.attention(problem, asked);
    const expected = reference.attention(problem, asked);
    for (const part of ["output", "weights", "logSumExp"] as const) {
      expect(actual[part]!.shape).toEqual(expected[part]!.shape);
      expect([...toFloat64(actual[part]!)]).toEqual([...toFloat64(expected[part]!)]);
    }
  });

  it("is bit-identical from run to run, and does not depend on the number of threads", async () => {
    const one = await createCpuBackend({ threads: 1 });
    const problem = { ...gaussian(130, 300, 64), mask: causal("bottom-right") };
    const first = [...backend.attention(problem).output.data];
    expect([...backend.attention(problem).output.data]).toEqual(first);
    expect([...one.attention(problem).output.data]).toEqual(first);
    one.dispose();
  });

  it("says so when it was disposed", async () => {
    const disposed = await createCpuBackend({ threads: 2 });
    disposed.dispose();
    disposed.dispose();
    for (const call of [
      () => disposed.attention(gaussian(2, 2)),
      () => disposed.tensor([1]),
      () => disposed.scratchBytes(),
      () => disposed.release(randomNormal(seededRandom(1), [1])),
    ]) {
      expect(call).toThrow("the backend has been disposed");
    }
    await expect(disposed.ready()).rejects.toThrow("the backend has been disposed");
  });

  it("refuses engines that are none, or do not run here", async () => {
    await expect(createCpuBackend({ engine: "512-bit" as never })).rejects.toThrow('engine: "512-bit" is none of');
  });
});
