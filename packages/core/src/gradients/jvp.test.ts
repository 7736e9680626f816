import { causal, padding } from "@xattn/masking";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError, UnsupportedError } from "../errors/errors.ts";
import type { AttentionProblem } from "../problem/problem.ts";
import { seededRandom } from "../random/random.ts";
import { elementCount, tensor } from "../tensor/create.ts";
import { attentionJvp } from "./jvp.ts";

const random = seededRandom(12);
const normal = (shape: readonly number[]) =>
  tensor(
    shape,
    Float64Array.from({ length: elementCount(shape) }, () => random.normal()),
  );

const problem: AttentionProblem = {
  query: normal([1, 2, 3, 2]),
  key: normal([1, 1, 4, 2]),
  value: normal([1, 1, 4, 3]),
};

describe("attentionJvp", () => {
  it("gives dp = p·(dx − Σ p·dx) and the log-sum-exp's Σ p·dx for two keys", () => {
    // Weights 3/4 and 1/4, dx = (1, 5): Σ p·dx = 2.
    const { output, weights, logSumExp } = attentionJvp(
      {
        query: tensor([1, 1, 1, 1], Float64Array.of(1)),
        key: tensor([1, 1, 2, 1], Float64Array.of(Math.log(3), 0)),
        value: tensor([1, 1, 2, 1], Float64Array.of(4, 8)),
        scale: 1,
      },
      { key: tensor([1, 1, 2, 1], Float64Array.of(1, 5)), value: tensor([1, 1, 2, 1], Float64Array.of(1, 1)) },
      { weights: true, logSumExp: true },
    );
    expect(weights!.data[0]).toBeCloseTo(-0.75, 14);
    expect(weights!.data[1]).toBeCloseTo(0.75, 14);
    expect(logSumExp!.data[0]).toBeCloseTo(2, 14);
    expect(output.data[0]).toBeCloseTo(-0.75 * 4 + 0.75 * 8 + 1, 13);
  });

  it("returns what is asked for, and zeros when nothing moves", () => {
    const still = attentionJvp(problem, {});
    expect(still.output.shape).toEqual([1, 2, 3, 3]);
    expect(still.output.data.every((x) => x === 0)).toBe(true);
    expect(Object.keys(still)).toEqual(["output"]);
    expect(attentionJvp(problem, {}, { weights: true }).weights!.shape).toEqual([1, 2, 3, 4]);
    expect(attentionJvp(problem, {}, { logSumExp: true }).logSumExp!.shape).toEqual([1, 2, 3]);
  });

  it("moves nothing in rows with no allowed key, and the log-sum-exp with the sink", () => {
    for (const variant of [{ kind: "standard" }, { kind: "chunked", chunk: 2 }] as const) {
      const masked = { ...problem, variant, mask: causal({ offset: -1 }), sinks: normal([2]) };
      const tangents = { query: normal([1, 2, 3, 2]), value: normal([1, 1, 4, 3]), sinks: normal([2]) };
      const { output, weights, logSumExp } = attentionJvp(masked, tangents, { weights: true, logSumExp: true });
      expect([...output.data.subarray(0, 3), ...output.data.subarray(9, 12)].every((x) => x === 0)).toBe(true);
      expect(weights!.data.subarray(0, 4).every((x) => x === 0)).toBe(true);
      expect([logSumExp!.data[0], logSumExp!.data[3]]).toEqual([...tangents.sinks.data]);
      const { sinks: _, ...sinkless } = masked;
      const { sinks: __, ...others } = tangents;
      expect(attentionJvp(sinkless, others, { logSumExp: true }).logSumExp!.data[0]).toBe(0);
    }
  });

  it("does not read NaN in keys, values and tangents that are not allowed", () => {
    const spoil = ({ shape, data }: ReturnType<typeof normal>, from: number) =>
      tensor(
        shape,
        data.map((x, index) => (index < from ? x : Number.NaN)),
      );
    const key = normal([1, 1, 4, 2]);
    const value = normal([1, 1, 4, 3]);
    const tangents = { key: normal([1, 1, 4, 2]), value: normal([1, 1, 4, 3]), query: normal([1, 2, 3, 2]) };
    for (const variant of [
      { kind: "standard" },
      { kind: "chunked", chunk: 3 },
      { kind: "topK", k: 2 },
      { kind: "entmax" },
      { kind: "linear" },
    ] as const) {
      const masked = { ...problem, variant, key, value, mask: padding({ keys: [2] }) };
      const clean = attentionJvp(masked, tangents, { weights: true });
      const spoiled = attentionJvp(
        { ...masked, key: spoil(key, 4), value: spoil(value, 6) },
        { ...tangents, key: spoil(tangents.key, 4), value: spoil(tangents.value, 6) },
        { weights: true },
      );
      expect(spoiled).toEqual(clean);
      expect(clean.output.data.every((x) => Number.isFinite(x) && x !== 0)).toBe(true);
    }
  });

  it("refuses tangents that do not fit, by name", () => {
    expect(() => attentionJvp(problem, { key: normal([1, 1, 4, 3]) })).toThrow(ShapeError);
    expect(() => attentionJvp(problem, { key: normal([1, 1, 4, 3]) })).toThrow(
      "tangents.key: shape [1, 1, 4, 3] does not fit: needs [1, 1, 4, 2]",
    );
    expect(() => attentionJvp(problem, { bias: normal([4]) })).toThrow(ArgumentError);
    expect(() => attentionJvp(problem, { past: { value: normal([1, 1, 2, 3]) } })).toThrow("tangents.past.value");
    expect(() => attentionJvp({ ...problem, sinks: normal([2]) }, { sinks: normal([3]) })).toThrow("tangents.sinks");
  });

  it("refuses the log-sum-exp of variants that have none", () => {
    for (const kind of ["entmax", "linear"] as const) {
      expect(() => attentionJvp({ ...problem, variant: { kind } }, {}, { logSumExp: true })).toThrow(UnsupportedError);
    }
  });
});
