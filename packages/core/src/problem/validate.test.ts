import { describe, expect, it } from "vitest";
import { attention } from "../attention/attention.ts";
import { type BackendName, backendNames, createBackend } from "../backend/create.ts";
import { ArgumentError, ShapeError, UnsupportedError } from "../errors/errors.ts";
import { tensor, zeros } from "../tensor/create.ts";
import type { AttentionProblem } from "./problem.ts";
import { validateProblem } from "./validate.ts";

const sound: AttentionProblem = {
  query: zeros([2, 8, 100, 64]),
  key: zeros([2, 4, 20, 64]),
  value: zeros([2, 4, 20, 32]),
};

const unsound: readonly [Partial<AttentionProblem>, string][] = [
  [{ query: zeros([8, 100, 64]) }, "query: shape [8, 100, 64] does not fit: needs the 4 axes [b, h, n, d]"],
  [
    { query: zeros([2, 8, 100, 0]) },
    "query: shape [2, 8, 100, 0] does not fit: needs d ≥ 1, or a scale, since 1/√0 is none",
  ],
  [
    { key: zeros([2, 4, 20, 32]) },
    "key: shape [2, 4, 20, 32] does not fit: needs [b, g, m, d] = [2, g, m, 64], with d of query [2, 8, 100, 64]",
  ],
  [
    { key: zeros([1, 4, 20, 32]) },
    "key: shape [1, 4, 20, 32] does not fit: needs [b, g, m, d] = [2, g, m, 64], with b and d of query [2, 8, 100, 64]",
  ],
  [
    { key: zeros([2, 3, 20, 64]) },
    "key: shape [2, 3, 20, 64] does not fit: needs [b, g, m, d] = h = 8 of query [2, 8, 100, 64] to be a multiple of g, which is 3",
  ],
  [
    { value: zeros([2, 4, 21, 32]) },
    "value: shape [2, 4, 21, 32] does not fit: needs [b, g, m, e] = [2, 4, 20, e], after key [2, 4, 20, 64]",
  ],
  [
    { past: { key: zeros([2, 4, 5, 63]), value: zeros([2, 4, 5, 32]) } },
    "past.key: shape [2, 4, 5, 63] does not fit: needs [b, g, p, d] = [2, 4, p, 64], after key [2, 4, 20, 64] and value [2, 4, 20, 32]",
  ],
  [
    { past: { key: zeros([2, 4, 5, 64]), value: zeros([2, 4, 6, 32]) } },
    "past.value: shape [2, 4, 6, 32] does not fit: needs [b, g, p, e] = [2, 4, 5, 32], after key [2, 4, 20, 64] and value [2, 4, 20, 32], and p of past.key",
  ],
  [
    { bias: zeros([100, 21]) },
    "bias: shape [100, 21] does not fit: needs to broadcast to [b, h, n, m] = [2, 8, 100, 20]",
  ],
  [{ sinks: zeros([4]) }, "sinks: shape [4] does not fit: needs [h] = [8], after query [2, 8, 100, 64]"],
];

const undefinedFor: readonly [Partial<AttentionProblem>, string][] = [
  [{ scale: Number.NaN }, "scale: NaN is not a finite number"],
  [{ variant: { kind: "topK", k: 0 } }, "variant.k: 0 is not one of 1, 2, 3, …"],
  [{ variant: { kind: "chunked", chunk: 1.5 } }, "variant.chunk: 1.5 is not one of 1, 2, 3, …"],
];

describe("a problem", () => {
  it("has its sizes read off its tensors", () => {
    expect(validateProblem(sound)).toEqual({ batch: 2, heads: 8, keyHeads: 4, n: 100, m: 20, d: 64, e: 32 });
    const past = { key: zeros([2, 4, 5, 64]), value: zeros([2, 4, 5, 32]) };
    expect(validateProblem({ ...sound, past }).m).toBe(25);
    expect(validateProblem({ ...sound, bias: zeros([8, 1, 1]) }).m).toBe(20);
    expect(validateProblem({ ...sound, bias: zeros([]) }).m).toBe(20);
  });

  it.each(backendNames)("is refused by the %s backend when a shape does not fit, in words that help", (name) => {
    const backend = createBackend(name);
    for (const [change, message] of unsound) {
      expect(() => backend.attention({ ...sound, ...change })).toThrow(new ShapeError(message));
    }
    for (const [change, message] of undefinedFor) {
      expect(() => backend.attention({ ...sound, ...change })).toThrow(new ArgumentError(message));
    }
    expect(() => backend.attention({ ...sound, bias: zeros([1, 2, 8, 100, 20]) })).toThrow(ShapeError);
  });

  it.each(backendNames)("for entmax has no log-sum-exp (%s)", (name) => {
    const problem = { ...sound, variant: { kind: "entmax" } } as const;
    expect(() => createBackend(name).attention(problem, { logSumExp: true })).toThrow(UnsupportedError);
  });
});

describe("the backends", () => {
  it("are refused under another name", () => {
    expect(() => createBackend("gpu" as BackendName)).toThrow(
      new ArgumentError('name: "gpu" is not a backend; needs one of reference, plain'),
    );
  });

  it("say what they did, and the plain one refuses float64 rather than round it", () => {
    const one = zeros([1, 1, 2, 2]);
    const double = zeros([1, 1, 2, 2], "float64");
    expect(attention(one, one, one).path).toBe("plain/standard");
    expect(attention(one, one, one, { variant: { kind: "chunked" } }).path).toBe("plain/chunked(128)");
    expect(attention(one, one, one, { variant: { kind: "topK", k: 2 }, backend: "reference" }).path).toBe(
      "reference/topK(2)",
    );
    for (const [query, key, value] of [
      [double, one, one],
      [one, double, one],
      [one, one, double],
    ] as const) {
      expect(() => attention(query, key, value)).toThrow(UnsupportedError);
    }
    expect(() => attention(one, one, one, { bias: tensor([], new Float64Array(1)) })).toThrow(UnsupportedError);
    expect(attention(double, double, double, { backend: "reference" }).output.dtype).toBe("float64");
  });

  it("count scratch memory anew after a reset and work on after dispose", () => {
    const backend = createBackend("plain");
    const large = { query: zeros([1, 1, 9, 2]), key: zeros([1, 1, 9, 2]), value: zeros([1, 1, 9, 2]) };
    const small = { query: zeros([1, 1, 2, 2]), key: zeros([1, 1, 2, 2]), value: zeros([1, 1, 2, 2]) };
    backend.attention(large);
    const peak = backend.scratchBytes();
    backend.attention(small);
    expect(backend.scratchBytes()).toBe(peak);
    backend.resetScratch();
    expect(backend.scratchBytes()).toBe(0);
    backend.attention(small);
    expect(backend.scratchBytes()).toBeLessThan(peak);
    backend.dispose();
    backend.attention(large);
    expect(backend.scratchBytes()).toBe(peak);
  });
});
