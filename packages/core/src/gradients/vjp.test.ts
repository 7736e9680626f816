import { alibi, and, causal, padding, softcap } from "@xattn/masking";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError, UnsupportedError } from "../errors/errors.ts";
import type { AttentionProblem } from "../problem/problem.ts";
import type { Variant } from "../problem/variant.ts";
import { seededRandom } from "../random/random.ts";
import { referenceAttention } from "../reference/attention.ts";
import { convert, toFloat64 } from "../tensor/convert.ts";
import { elementCount, fromNumbers, tensor, zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { attentionVjp } from "./vjp.ts";

const random = seededRandom(11);
const normal = (shape: readonly number[]) =>
  tensor(
    shape,
    Float64Array.from({ length: elementCount(shape) }, () => random.normal()),
  );

const exactVariants: readonly Variant[] = [
  { kind: "standard" },
  { kind: "chunked", chunk: 2 },
  { kind: "topK", k: 2 },
  { kind: "entmax" },
];
const linearVariants: readonly Variant[] = [
  { kind: "linear" },
  { kind: "linear", featureMap: { kind: "relu" } },
  ...(["positive", "trigonometric", "hyperbolic"] as const).map(
    (form): Variant => ({
      kind: "linear",
      featureMap: { kind: "favor+", form, features: 4, orthogonal: true, seed: 5 },
    }),
  ),
];
const everyVariant = [...exactVariants, ...linearVariants].map((variant) => ({
  name: variant.kind === "linear" ? JSON.stringify(variant.featureMap ?? "default") : variant.kind,
  variant,
}));

const problem = (variant: Variant = { kind: "standard" }): AttentionProblem => ({
  query: normal([2, 4, 3, 2]),
  key: normal([2, 2, 5, 2]),
  value: normal([2, 2, 5, 3]),
  variant,
});

const close = (actual: Tensor, expected: ArrayLike<number>, digits = 12) => {
  expect(actual.data).toHaveLength(expected.length);
  for (const [index, value] of toFloat64(actual).entries()) expect(value).toBeCloseTo(expected[index]!, digits);
};

/** A copy whose rows (counted along all axes but the last) are changed to NaN. */
function withNaN(source: Tensor<"float64">, spoiled: (row: number) => boolean): Tensor<"float64"> {
  const width = source.shape.at(-1)!;
  const data = source.data.map((x, index) => (spoiled(Math.floor(index / width)) ? Number.NaN : x));
  return tensor(source.shape, data);
}

describe("attentionVjp, by hand", () => {
  it("gives dx = p·(dP − D) for two keys", () => {
    // Weights 3/4 and 1/4; dP = 2·(5, 1), D = 8: dx = (3/4·2, 1/4·(−6)).
    const { query, key, value } = attentionVjp(
      {
        query: tensor([1, 1, 1, 1], Float64Array.of(1)),
        key: tensor([1, 1, 2, 1], Float64Array.of(Math.log(3), 0)),
        value: tensor([1, 1, 2, 1], Float64Array.of(5, 1)),
        scale: 1,
      },
      tensor([1, 1, 1, 1], Float64Array.of(2)),
    );
    close(value, [1.5, 0.5]);
    close(key, [1.5, -1.5]);
    close(query, [1.5 * Math.log(3)]);
  });

  it("gives entmax gradients on its support only", () => {
    // Halved logits 0, −1/2 and −3: τ = −(1 + √7)/4, s = ((1 + √7)/4, (√7 − 1)/4, 0).
    const s = [(1 + Math.sqrt(7)) / 4, (Math.sqrt(7) - 1) / 4];
    const weighted = (s[0]! * 5 + s[1]! * 1) / (s[0]! + s[1]!);
    const { value, bias } = attentionVjp(
      {
        query: tensor([1, 1, 1, 1], Float64Array.of(0)),
        key: tensor([1, 1, 3, 1], Float64Array.of(0, 0, 0)),
        value: tensor([1, 1, 3, 1], Float64Array.of(5, 1, 9)),
        bias: tensor([3], Float64Array.of(0, -1, -6)),
        variant: { kind: "entmax" },
      },
      tensor([1, 1, 1, 1], Float64Array.of(1)),
    );
    close(value, [s[0]! ** 2, s[1]! ** 2, 0]);
    close(bias!, [s[0]! * (5 - weighted), s[1]! * (1 - weighted), 0]);
  });

  it("gives the gradient of linear attention through elu + 1", () => {
    // q = k₁ = 0, k₂ = 1: φ = 1, 1, 2. Weights 1/3 and 2/3, D = 5/3·1, da = (4 − 2, 1 − 2)/3, φ'(0) = φ'(1) = 1.
    const { query, key, value } = attentionVjp(
      {
        query: tensor([1, 1, 1, 1], Float64Array.of(0)),
        key: tensor([1, 1, 2, 1], Float64Array.of(0, 1)),
        value: tensor([1, 1, 2, 1], Float64Array.of(4, 1)),
        variant: { kind: "linear" },
      },
      tensor([1, 1, 1, 1], Float64Array.of(1)),
    );
    close(value, [1 / 3, 2 / 3]);
    close(key, [2 / 3, -1 / 3]);
    close(query, [0]);
  });

  it("has the weights as the gradient of the log-sum-exp by the logits", () => {
    const biased = { ...problem(), bias: normal([2, 4, 3, 5]), modifiers: [softcap(2), alibi(4)] };
    const ones = fromNumbers([2, 4, 3], new Float64Array(24).fill(1), "float64");
    const { bias, value } = attentionVjp(biased, zeros([2, 4, 3, 3], "float64"), { logSumExpGradient: ones });
    close(bias!, toFloat64(referenceAttention(biased, { weights: true }).weights!));
    expect(value.data.every((x) => x === 0)).toBe(true);
  });

  it("has −Σᵢ exp(sink − log-sum-expᵢ)·(dOᵢ·Oᵢ) as the gradient by a sink", () => {
    const outputGradient = normal([2, 4, 3, 3]);
    for (const variant of [{ kind: "standard" }, { kind: "chunked", chunk: 2 }] as const) {
      const withSinks = { ...problem(variant), sinks: tensor([4], Float64Array.of(0.5, -1, 2, 0)) };
      const { output, logSumExp } = referenceAttention(withSinks, { logSumExp: true });
      const expected = new Float64Array(4);
      for (let row = 0; row < 24; row += 1) {
        const head = Math.floor(row / 3) % 4;
        let ofRow = 0;
        for (let c = 0; c < 3; c += 1) ofRow += outputGradient.data[row * 3 + c]! * toFloat64(output)[row * 3 + c]!;
        expected[head]! -= Math.exp(withSinks.sinks.data[head]! - toFloat64(logSumExp!)[row]!) * ofRow;
      }
      close(attentionVjp(withSinks, outputGradient).sinks!, expected);
    }
  });
});

describe.each(everyVariant)("attentionVjp of $name", ({ variant }) => {
  const outputGradient = normal([2, 4, 3, 3]);
  const weightsGradient = normal([2, 4, 3, 5]);

  it("gives zeros to rows with no allowed key, whatever query and gradient hold", () => {
    const masked = { ...problem(variant), mask: padding({ queries: [1, 3], keys: [5, 0] }) };
    const nothing = (row: number) => row >= 12 || row % 3 > 0;
    const gradients = attentionVjp(
      { ...masked, query: withNaN(normal([2, 4, 3, 2]), nothing) },
      withNaN(outputGradient, nothing),
      { weightsGradient },
    );
    const perRow = Array.from({ length: 24 }, (_, row) => gradients.query.data.subarray(row * 2, row * 2 + 2));
    expect(perRow.filter((_, row) => nothing(row)).every((row) => row.every((x) => x === 0))).toBe(true);
    expect(perRow.filter((_, row) => !nothing(row)).every((row) => row.every(Number.isFinite))).toBe(true);
    expect(gradients.key.data.subarray(20).every((x) => x === 0)).toBe(true);
    expect(gradients.value.data.subarray(30).every((x) => x === 0)).toBe(true);
    expect(gradients.value.data.subarray(0, 30).some((x) => x !== 0)).toBe(true);
  });

  it("does not read NaN in keys and values that are not allowed", () => {
    const masked = { ...problem(variant), mask: and(causal("bottom-right"), padding({ keys: [3, 4] })) };
    const hidden = (row: number) => row % 5 >= (row < 10 ? 3 : 4);
    const clean = attentionVjp(masked, outputGradient, { weightsGradient });
    const spoiled = attentionVjp(
      {
        ...masked,
        key: withNaN(masked.key as Tensor<"float64">, hidden),
        value: withNaN(masked.value as Tensor<"float64">, hidden),
      },
      outputGradient,
      { weightsGradient },
    );
    expect(spoiled).toEqual(clean);
    expect(clean.key.data.every(Number.isFinite)).toBe(true);
  });

  it("lets NaN in an allowed value show", () => {
    const source = problem(variant);
    const value = withNaN(source.value as Tensor<"float64">, () => true);
    expect(attentionVjp({ ...source, value }, outputGradient).query.data.some(Number.isNaN)).toBe(true);
  });

  it("sums over the query heads that share a key-value head", () => {
    const grouped = problem(variant);
    const repeat = ({ shape, data }: Tensor) => {
      const [b, g, m, w] = shape as readonly [number, number, number, number];
      const repeated = zeros([b, 2 * g, m, w], "float64");
      for (let at = 0; at < 2 * b * g; at += 1) {
        repeated.data.set(data.slice((at >> 1) * m * w, ((at >> 1) + 1) * m * w), at * m * w);
      }
      return repeated;
    };
    const apart = { ...grouped, key: repeat(grouped.key), value: repeat(grouped.value) };
    const actual = attentionVjp(grouped, outputGradient, { weightsGradient });
    const expected = attentionVjp(apart, outputGradient, { weightsGradient });
    const pairSums = ({ shape, data }: Tensor<"float64">) => {
      const size = shape[2]! * shape[3]!;
      return Float64Array.from({ length: data.length / 2 }, (_, index) => {
        const first = 2 * Math.floor(index / size) * size + (index % size);
        return data[first]! + data[first + size]!;
      });
    };
    close(actual.query, expected.query.data);
    close(actual.key, pairSums(expected.key));
    close(actual.value, pairSums(expected.value));
  });

  it("gives past and new keys what they get as one", () => {
    const whole = { ...problem(variant), query: normal([1, 2, 3, 2]), key: normal([1, 1, 5, 2]) };
    const joined = { ...whole, value: normal([1, 1, 5, 3]) };
    const cut = (source: Tensor, from: number, to: number) => {
      const width = source.shape[3]!;
      return tensor([1, 1, to - from, width], toFloat64(source).slice(from * width, to * width));
    };
    const halves = {
      ...joined,
      key: cut(joined.key, 2, 5),
      value: cut(joined.value, 2, 5),
      past: { key: cut(joined.key, 0, 2), value: cut(joined.value, 0, 2) },
    };
    const gradient = normal([1, 2, 3, 3]);
    const expected = attentionVjp(joined, gradient);
    const actual = attentionVjp(halves, gradient);
    expect([...actual.past!.key.data, ...actual.key.data]).toEqual([...expected.key.data]);
    expect([...actual.past!.value.data, ...actual.value.data]).toEqual([...expected.value.data]);
    expect(actual.past!.key.shape).toEqual([1, 1, 2, 2]);
    expect(actual.value.shape).toEqual([1, 1, 3, 3]);
    expect(expected.past).toBeUndefined();
  });

  it("takes float32 inputs and answers in float64", () => {
    const source = problem(variant);
    const narrow = {
      ...source,
      query: convert(source.query, "float32"),
      key: convert(source.key, "float32"),
      value: convert(source.value, "float32"),
    };
    const widened = {
      ...source,
      query: convert(narrow.query, "float64"),
      key: convert(narrow.key, "float64"),
      value: convert(narrow.value, "float64"),
    };
    expect(attentionVjp(narrow, outputGradient)).toEqual(attentionVjp(widened, outputGradient));
    expect(attentionVjp(narrow, outputGradient).query.dtype).toBe("float64");
  });

  it("takes tensors with no queries or no keys", () => {
    const empty = { query: normal([1, 2, 0, 2]), key: normal([1, 1, 3, 2]), value: normal([1, 1, 3, 1]), variant };
    expect(attentionVjp(empty, normal([1, 2, 0, 1])).key).toEqual(zeros([1, 1, 3, 2], "float64"));
    const alone = { query: normal([1, 2, 3, 2]), key: normal([1, 1, 0, 2]), value: normal([1, 1, 0, 1]), variant };
    expect(attentionVjp(alone, normal([1, 2, 3, 1])).query).toEqual(zeros([1, 2, 3, 2], "float64"));
  });

  it("refuses shapes by name", () => {
    const source = problem(variant);
    expect(() => attentionVjp(source, normal([2, 4, 3, 2]))).toThrow(ShapeError);
    expect(() => attentionVjp(source, normal([2, 4, 3, 2]))).toThrow("outputGradient: shape [2, 4, 3, 2]");
    expect(() => attentionVjp(source, outputGradient, { weightsGradient: normal([2, 4, 3]) })).toThrow(
      "options.weightsGradient: shape [2, 4, 3] does not fit: needs [2, 4, 3, 5]",
    );
    expect(() => attentionVjp({ ...source, key: normal([2, 3, 5, 2]) }, outputGradient)).toThrow(ShapeError);
    expect(() => attentionVjp({ ...source, scale: Number.NaN }, outputGradient)).toThrow(ArgumentError);
  });
});

describe("attentionVjp", () => {
  it("checks and refuses gradients by the log-sum-exp", () => {
    const outputGradient = normal([2, 4, 3, 3]);
    const options = { logSumExpGradient: normal([2, 4, 3]) };
    expect(() => attentionVjp(problem(), outputGradient, { logSumExpGradient: normal([2, 4]) })).toThrow(
      "options.logSumExpGradient: shape [2, 4] does not fit: needs [2, 4, 3]",
    );
    expect(() => attentionVjp(problem({ kind: "entmax" }), outputGradient, options)).toThrow(UnsupportedError);
    expect(() => attentionVjp(problem({ kind: "linear" }), outputGradient, options)).toThrow(UnsupportedError);
  });

  it("refuses what linear attention refuses", () => {
    const biased = { ...problem({ kind: "linear" }), bias: normal([5]) };
    expect(() => attentionVjp(biased, normal([2, 4, 3, 3]))).toThrow(UnsupportedError);
  });

  it("sums the gradient of a bias over the axes along which it broadcasts", () => {
    const source = problem();
    const outputGradient = normal([2, 4, 3, 3]);
    const whole = zeros([2, 4, 3, 5], "float64");
    const narrow = normal([4, 1, 5]);
    for (let index = 0; index < 120; index += 1) {
      whole.data[index] = narrow.data[(Math.floor(index / 15) % 4) * 5 + (index % 5)]!;
    }
    const expected = new Float64Array(20);
    for (const [index, x] of attentionVjp({ ...source, bias: whole }, outputGradient).bias!.data.entries()) {
      expected[(Math.floor(index / 15) % 4) * 5 + (index % 5)]! += x;
    }
    const { bias } = attentionVjp({ ...source, bias: narrow }, outputGradient);
    expect(bias!.shape).toEqual([4, 1, 5]);
    close(bias!, expected);
  });

  it("gives a key that bias −∞ forbids nothing, and that bias neither", () => {
    const source = problem();
    const bias = tensor([5], Float64Array.of(0, Number.NEGATIVE_INFINITY, 0, 0, 0));
    const spoiled = (row: number) => row % 5 === 1;
    const gradients = attentionVjp(
      {
        ...source,
        bias,
        key: withNaN(source.key as Tensor<"float64">, spoiled),
        value: withNaN(source.value as Tensor<"float64">, spoiled),
      },
      normal([2, 4, 3, 3]),
    );
    expect(gradients.bias!.data[1]).toBe(0);
    expect(gradients.query.data.every(Number.isFinite)).toBe(true);
    expect(
      gradients.key.data.every((x, index) => Number.isFinite(x) && (index % 10 < 2 || index % 10 > 3 || x === 0)),
    ).toBe(true);
  });

  it("keeps only the sink's log-sum-exp where no key is allowed", () => {
    for (const variant of [{ kind: "standard" }, { kind: "chunked", chunk: 2 }] as const) {
      const gradients = attentionVjp(
        { ...problem(variant), mask: { kind: "none" }, sinks: tensor([4], Float64Array.of(1, 2, 3, -1)) },
        normal([2, 4, 3, 3]),
        { logSumExpGradient: fromNumbers([2, 4, 3], new Float64Array(24).fill(1), "float64") },
      );
      expect([...gradients.sinks!.data]).toEqual([6, 6, 6, 6]);
      expect([...gradients.query.data, ...gradients.key.data, ...gradients.value.data].every((x) => x === 0)).toBe(
        true,
      );
    }
  });

  it("gives the chunks of the default size what the standard gives, with logits in the thousands", () => {
    const source = {
      query: normal([1, 1, 3, 4]),
      key: normal([1, 1, 300, 4]),
      value: normal([1, 1, 300, 2]),
      scale: 300,
    };
    const outputGradient = normal([1, 1, 3, 2]);
    const standard = attentionVjp(source, outputGradient);
    const chunked = attentionVjp({ ...source, variant: { kind: "chunked" } }, outputGradient);
    expect(standard.query.data.every(Number.isFinite)).toBe(true);
    close(chunked.query, standard.query.data, 7);
    close(chunked.key, standard.key.data, 7);
    close(chunked.value, standard.value.data, 9);
  });

  it("keeps random features in range where exp(‖x‖²) is not", () => {
    for (const form of ["positive", "hyperbolic"] as const) {
      const featureMap = { kind: "favor+", form, features: 8, orthogonal: true, seed: 1 } as const;
      const source = { ...problem({ kind: "linear", featureMap }), scale: 3000 };
      const ones = fromNumbers([2, 4, 3, 3], new Float64Array(72).fill(1), "float64");
      const { query, key, value } = attentionVjp(source, ones);
      expect([...query.data, ...key.data, ...value.data].every(Number.isFinite)).toBe(true);
      // The weights of each of the 24 rows sum to 1, in each of 3 columns.
      expect(value.data.reduce((sum, x) => sum + x, 0)).toBeCloseTo(72, 9);
    }
  });
});
