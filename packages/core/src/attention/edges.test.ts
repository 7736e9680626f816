import type { Mask } from "@xattn/masking";
import { describe, expect, it } from "vitest";
import type { AttentionOutputs, AttentionProblem, AttentionResult } from "../problem/problem.ts";
import type { Variant } from "../problem/variant.ts";
import { seededRandom } from "../random/random.ts";
import { referenceAttention } from "../reference/attention.ts";
import { convert, toFloat64 } from "../tensor/convert.ts";
import { tensor, zeros } from "../tensor/create.ts";
import { randomNormal } from "../tensor/random-normal.ts";
import { relativeDistance } from "../testing/distance.ts";
import { naiveAttention } from "../testing/naive.ts";
import { poisonedPlainAttention } from "../testing/poisoned.ts";

const variants: readonly Variant[] = [
  { kind: "standard" },
  { kind: "chunked", chunk: 4 },
  { kind: "chunked" },
  { kind: "topK", k: 3 },
  { kind: "entmax" },
];

const backends: readonly {
  name: string;
  compute: (problem: AttentionProblem, outputs?: AttentionOutputs) => AttentionResult;
}[] = [
  { name: "reference", compute: referenceAttention },
  { name: "plain", compute: poisonedPlainAttention },
];

const cases = backends.flatMap((backend) =>
  variants.map((variant) => ({ ...backend, variant, label: JSON.stringify(variant) })),
);

function gaussian(shape: { n: number; m: number; d: number; e?: number; heads?: number }, seed = 7, scale = 1) {
  const random = seededRandom(seed);
  const { n, m, d, e = d, heads = 2 } = shape;
  return {
    query: randomNormal(random, [1, heads, n, d], scale),
    key: randomNormal(random, [1, heads, m, d], scale),
    value: randomNormal(random, [1, heads, m, e]),
  };
}

const asked = (variant: Variant) => ({ weights: true, logSumExp: variant.kind !== "entmax" });

describe.each(cases)("$name $label", ({ compute, variant }) => {
  it("gives zeros, zero weights and log-sum-exp −∞ to rows without an allowed key", () => {
    const problem = { ...gaussian({ n: 3, m: 9, d: 4 }), variant };
    const emptySecond: Mask = { kind: "not", mask: { kind: "global", queries: [1], keys: [] } };
    const partly = compute({ ...problem, mask: emptySecond }, asked(variant));
    expect([...toFloat64(partly.output).subarray(4, 8)]).toEqual([0, 0, 0, 0]);
    expect([...toFloat64(partly.weights!).subarray(9, 18)]).toEqual(new Array(9).fill(0));
    if (partly.logSumExp) expect(toFloat64(partly.logSumExp)[1]).toBe(-Infinity);
    const whole = compute({ ...problem, mask: { kind: "none" } }, asked(variant));
    expect(new Set(toFloat64(whole.output))).toEqual(new Set([0]));
    expect(new Set(toFloat64(whole.weights!))).toEqual(new Set([0]));
    const noKeys = { ...problem, key: zeros([1, 2, 0, 4]), value: zeros([1, 2, 0, 4]) };
    expect(new Set(toFloat64(compute(noKeys, asked(variant)).output))).toEqual(new Set([0]));
  });

  it("never lets a masked key's or value's NaN, ∞ through", () => {
    const clean = { ...gaussian({ n: 5, m: 13, d: 4 }), variant };
    const dirtyFrom = 6;
    const poison = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const dirty = (source: typeof clean.key) => {
      const data = source.data.slice();
      for (let index = 0; index < data.length; index += 1) {
        if (Math.floor(index / 4) % 13 >= dirtyFrom) data[index] = poison[index % 3]!;
      }
      return tensor(source.shape, data);
    };
    const masks = {
      mask: { mask: { kind: "prefix", length: dirtyFrom } as Mask },
      bias: {
        bias: tensor(
          [13],
          Float32Array.from({ length: 13 }, (_, j) => (j < dirtyFrom ? 0 : -Infinity)),
        ),
      },
    };
    for (const forbidding of Object.values(masks)) {
      const expected = compute({ ...clean, ...forbidding }, asked(variant));
      const problem = { ...clean, key: dirty(clean.key), value: dirty(clean.value), ...forbidding };
      expect(compute(problem, asked(variant))).toEqual(expected);
      const softcapped = compute({ ...problem, modifiers: [{ kind: "softcap", cap: 2 }] });
      expect(toFloat64(softcapped.output).every(Number.isFinite)).toBe(true);
    }
  });

  it("shows a NaN that an allowed key has", () => {
    const problem = { ...gaussian({ n: 4, m: 9, d: 4, heads: 1 }), variant };
    problem.key.data[2 * 4] = Number.NaN;
    const { output } = compute({ ...problem, mask: { kind: "causal", alignment: "top-left" } });
    const rows = toFloat64(output);
    expect(rows.subarray(0, 8).every(Number.isFinite)).toBe(true);
    expect(rows.subarray(8).every(Number.isNaN)).toBe(true);
  });

  it("stays finite and right at logits of ±1e4", () => {
    const problem = { ...gaussian({ n: 7, m: 21, d: 8 }), variant, scale: 1e4 };
    const result = compute(problem, asked(variant));
    const expected = naiveAttention(problem);
    expect(relativeDistance(toFloat64(result.output), expected.output)).toBeLessThan(2e-6);
    expect(relativeDistance(toFloat64(result.weights!), expected.weights)).toBeLessThan(2e-6);
  });

  it("is within 2e-6 on unit Gaussians of ordinary sizes", () => {
    const problem = { ...gaussian({ n: 65, m: 131, d: 32, e: 24 }), variant };
    const expected = naiveAttention(problem);
    expect(relativeDistance(toFloat64(compute(problem).output), expected.output)).toBeLessThan(2e-6);
  });

  it("has rows of weights that sum to 1, and with a sink to less", () => {
    const problem = { ...gaussian({ n: 5, m: 9, d: 4 }), variant };
    const sums = (extra: Partial<AttentionProblem>) => {
      const weights = toFloat64(compute({ ...problem, ...extra }, { weights: true }).weights!);
      return Array.from({ length: 10 }, (_, row) => weights.subarray(row * 9, row * 9 + 9).reduce((a, b) => a + b, 0));
    };
    for (const sum of sums({})) expect(sum).toBeCloseTo(1, 6);
    for (const sum of sums({ sinks: tensor([2], [0.5, 1]) })) expect(sum).toBeLessThan(1);
  });
});

describe.each(backends)("top-k on the $name backend", ({ compute }) => {
  it("takes the lower key of equal logits, and as many as there are when k is more", () => {
    const query = tensor([1, 1, 1, 1], [1]);
    const key = tensor([1, 1, 6, 1], [1, 3, 2, 2, 0, 2]);
    const value = tensor([1, 1, 6, 1], [1, 2, 3, 4, 5, 6]);
    const kept = (k: number) => {
      const { weights } = compute({ query, key, value, variant: { kind: "topK", k } }, { weights: true });
      return [...toFloat64(weights!)].flatMap((weight, j) => (weight > 0 ? [j] : []));
    };
    expect([1, 2, 3, 4, 5].map(kept)).toEqual([[1], [1, 2], [1, 2, 3], [1, 2, 3, 5], [0, 1, 2, 3, 5]]);
    expect(kept(9)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe("where the diagonal of a causal mask lies", () => {
  const seen = (alignment: Extract<Mask, { kind: "causal" }>["alignment"]) => {
    const { query, key, value } = gaussian({ n: 2, m: 4, d: 3, heads: 1 });
    const problem = { query, key, value, mask: { kind: "causal", alignment } as Mask };
    const { weights } = poisonedPlainAttention(problem, { weights: true });
    return [0, 1].map((i) => [...toFloat64(weights!).subarray(4 * i, 4 * i + 4)].map((weight) => weight > 0));
  };

  it("top-left: query i sees keys 0 … i", () => {
    expect(seen("top-left")).toEqual([
      [true, false, false, false],
      [true, true, false, false],
    ]);
  });

  it("bottom-right: the last query sees all keys", () => {
    expect(seen("bottom-right")).toEqual([
      [true, true, true, false],
      [true, true, true, true],
    ]);
  });

  it("offset: query i sees keys 0 … i + offset, none when that is negative", () => {
    expect(seen({ offset: -1 })).toEqual([
      [false, false, false, false],
      [true, false, false, false],
    ]);
  });
});

describe("the plain kernels", () => {
  it("do not visit chunks that the mask leaves empty", () => {
    const { query, key, value } = gaussian({ n: 64, m: 64, d: 4, heads: 1 });
    const calls: number[] = [];
    const watched = new Proxy(key.data, {
      get(target, property) {
        if (typeof property === "string" && /^\d+$/.test(property)) calls.push(Number(property) >> 2);
        const found = Reflect.get(target, property, target);
        return typeof found === "function" ? found.bind(target) : found;
      },
    });
    const variant = { kind: "chunked", chunk: 16 } as const;
    const mask: Mask = { kind: "window", left: 0, right: 0, alignment: "top-left" };
    poisonedPlainAttention({ query, key: { ...key, data: watched }, value, variant, mask });
    expect(calls.length).toBe(64 * 4 * 16);
  });

  it("widen half precision and round the output back", () => {
    const { query, key, value } = gaussian({ n: 3, m: 5, d: 4 });
    for (const dtype of ["float16", "bfloat16"] as const) {
      const problem = { query: convert(query, dtype), key: convert(key, dtype), value: convert(value, dtype) };
      const { output } = poisonedPlainAttention(problem);
      expect(output.dtype).toBe(dtype);
      const exact = referenceAttention(problem).output;
      expect(relativeDistance(toFloat64(output), toFloat64(exact))).toBeLessThan(dtype === "float16" ? 1e-3 : 8e-3);
    }
  });
});
