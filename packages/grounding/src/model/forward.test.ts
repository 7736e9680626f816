import {
  crossModalAttention,
  type Random,
  randomNormal,
  seededRandom,
  type Tensor,
  tensor,
  toFloat64,
  type Variant,
} from "@xattn/core";
import { describe, expect, it } from "vitest";
import { forward, type ModelInputs } from "./forward.ts";
import { directions, fusions, type ModelOptions, type Parameters } from "./options.ts";
import { initialParameters, zeroGradients } from "./parameters.ts";

const sizes = { wordWidth: 3, regionWidth: 3, heads: 2, headWidth: 2, valueWidth: 2, mixedWidth: 3, hiddenWidth: 0 };
const variants: readonly Variant[] = [
  { kind: "standard" },
  { kind: "topK", k: 2 },
  { kind: "entmax" },
  { kind: "linear" },
];

function inputsOf(random: Random): ModelInputs {
  return { words: float64(randomNormal(random, [2, 3, 3])), regions: float64(randomNormal(random, [2, 5, 3])) };
}

const float64 = (x: Tensor) => tensor(x.shape, toFloat64(x));

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (x, index) => x * b[index]!).reduce((sum, x) => sum + x, 0);

const normals = (random: Random, length: number) => Float64Array.from({ length }, () => random.normal());

/** Gradients of all parameters against central differences, in relative error of the whole vector of each name. */
function expectGradients(options: ModelOptions): void {
  const random = seededRandom(11);
  const inputs = inputsOf(random);
  const parameters = initialParameters(options, random);
  for (const { data } of Object.values(parameters)) {
    for (let index = 0; index < data.length; index += 1) data[index]! += 0.3 * random.normal();
  }
  const result = forward(parameters, options, inputs);
  const cotangents = {
    scores: normals(random, result.scores.length),
    weights: normals(random, result.weights.length),
    gathered: normals(random, result.gathered.length),
  };
  const gradients = zeroGradients(parameters);
  const ofRegions = result.pull(cotangents, gradients)();
  const scalar = () => {
    const { scores, weights, gathered } = forward(parameters, options, inputs);
    return dot(scores, cotangents.scores) + dot(weights, cotangents.weights) + dot(gathered, cotangents.gathered);
  };
  const checked = [
    ...Object.entries(parameters).map(([name, { data }]) => [name, data, gradients[name]!] as const),
    ["regions", inputs.regions.data as Float64Array, ofRegions] as const,
  ];
  for (const [name, data, gradient] of checked) {
    const measured = data.map((_, index) => derivative(data, index, scalar));
    const error = Math.sqrt(dot(difference(measured, gradient), difference(measured, gradient)));
    const size = Math.sqrt(dot(measured, measured));
    expect(error, name).toBeLessThanOrEqual(1e-6 * size + 1e-8);
  }
}

const difference = (a: Float64Array, b: Float64Array) => a.map((x, index) => x - b[index]!);

/** Central differences of step h and h/2, extrapolated (Richardson). */
function derivative(data: Float64Array, index: number, scalar: () => number): number {
  const at = data[index]!;
  const [coarse, fine] = [2e-5, 1e-5].map((step) => {
    data[index] = at + step;
    const ahead = scalar();
    data[index] = at - step;
    const behind = scalar();
    data[index] = at;
    return (ahead - behind) / (2 * step);
  }) as [number, number];
  return (4 * fine - coarse) / 3;
}

describe("forward", () => {
  for (const fusion of fusions) {
    for (const direction of directions) {
      for (const variant of variants) {
        const name = variant.kind === "linear" ? `linear ${variant.featureMap?.kind ?? ""}` : variant.kind;
        it(`has the gradients of ${fusion} fusion, ${direction}, ${name}`, () => {
          expectGradients({ ...sizes, fusion, direction, variant, cosine: true, hiddenWidth: 3 });
          expectGradients({ ...sizes, fusion, direction, variant, cosine: false });
        });
      }
    }
  }

  it("is core's multi-head cross-modal attention when language asks", () => {
    const options = {
      ...sizes,
      fusion: "late",
      direction: "languageAttendsVision",
      variant: { kind: "standard" },
      cosine: false,
    } as const;
    const random = seededRandom(6);
    const inputs = inputsOf(random);
    const parameters = initialParameters(options, random);
    const projection = (name: string) => ({ weight: parameters[`attention.${name}.weight`]! });
    const expected = crossModalAttention(
      { queries: inputs.words, context: inputs.regions },
      {
        query: projection("query"),
        key: projection("key"),
        value: projection("value"),
        output: projection("output"),
        heads: 2,
      },
      { backend: "reference", weights: true },
    );
    const { gathered, weights } = forward(parameters, options, inputs);
    expectClose(gathered, expected.output.data);
    expectClose(weights, expected.weights!.data);
  });

  it("leaves the null word what a cell gives to no word, when vision asks", () => {
    const options = {
      ...sizes,
      fusion: "late",
      direction: "visionAttendsLanguage",
      variant: { kind: "standard" },
      cosine: true,
    } as const;
    const random = seededRandom(7);
    const parameters = initialParameters(options, random);
    const { weights } = forward(parameters, options, inputsOf(random));
    for (let cell = 0; cell < 5; cell += 1) {
      const sum = [0, 1, 2].reduce((total, word) => total + weights[word * 5 + cell]!, 0);
      expect(sum).toBeGreaterThan(0);
      expect(sum).toBeLessThan(1);
    }
  });

  it("scores a word the same whichever words stand beside it, in late and early fusion", () => {
    for (const fusion of ["late", "early"] as const) {
      for (const direction of directions) {
        const options: ModelOptions = { ...sizes, fusion, direction, variant: { kind: "standard" }, cosine: true };
        const random = seededRandom(8);
        const inputs = inputsOf(random);
        const parameters: Parameters = initialParameters(options, random);
        const all = forward(parameters, options, inputs).scores.slice(0, 5);
        const words = tensor(
          [2, 1, 3],
          Float64Array.of(...inputs.words.data.slice(0, 3), ...inputs.words.data.slice(9, 12)),
        );
        const alone = forward(parameters, options, { ...inputs, words }).scores.slice(0, 5);
        expectClose(alone, all);
      }
    }
  });

  it("says what does not fit", () => {
    const options = {
      ...sizes,
      fusion: "late",
      direction: "languageAttendsVision",
      variant: { kind: "standard" },
      cosine: true,
    } as const;
    const parameters = initialParameters(options, seededRandom(1));
    const words = tensor([1, 1, 3], new Float64Array(3));
    expect(() => forward(parameters, options, { words, regions: tensor([2, 5, 3], new Float64Array(30)) })).toThrow(
      "regions: shape [2, 5, 3] does not fit",
    );
    expect(() => initialParameters({ ...options, heads: 0 }, seededRandom(1))).toThrow("options.heads: 0");
  });
});

function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>): void {
  expect(found.length).toBe(wanted.length);
  for (const [index, x] of Array.from(found).entries()) {
    expect(Math.abs(x - wanted[index]!)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(x)));
  }
}
