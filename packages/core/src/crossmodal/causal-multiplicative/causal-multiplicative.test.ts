import { causal, compileMask } from "@xattn/masking";
import { describe, expect, it } from "vitest";
import { attention } from "../../attention/attention.ts";
import { seededRandom } from "../../random/random.ts";
import { convert, toFloat64 } from "../../tensor/convert.ts";
import { randomNormal } from "../../tensor/random-normal.ts";
import { distance, matrixOf, multiply, scaled, softmaxOf, transpose } from "../testing/matrix.ts";
import { causalMultiplicative } from "./causal-multiplicative.ts";

const mean = (numbers: Float64Array) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

describe("causalMultiplicative", () => {
  it("multiplies the logits with the triangle, as the formula has it", () => {
    const random = seededRandom(41);
    const query = convert(randomNormal(random, [2, 2, 4, 3]), "float64");
    const key = convert(randomNormal(random, [2, 1, 6, 3]), "float64");
    const value = convert(randomNormal(random, [2, 1, 6, 5]), "float64");
    for (const [alignment, offset] of [["top-left", 0] as const, ["bottom-right", 2] as const]) {
      const found = causalMultiplicative(query, key, value, { alignment });
      for (const [b, h] of [
        [0, 0],
        [1, 1],
      ] as const) {
        const logits = multiply(matrixOf(query, b, h), transpose(matrixOf(key, b, 0)));
        const product = logits.map((row, i) => row.map((x, j) => (j <= i + offset ? x : 0)));
        const weights = softmaxOf(scaled(product, 1 / Math.sqrt(3)));
        expect(distance(matrixOf(found.weights, b, h), weights)).toBeLessThan(1e-12);
        expect(distance(matrixOf(found.output, b, h), multiply(weights, matrixOf(value, b, 0)))).toBeLessThan(1e-12);
        const leaked = weights.map((row, i) => row.reduce((sum, x, j) => (j > i + offset ? sum + x : sum), 0));
        expect(distance([matrixOf(found.leaked, b)[h]!], [leaked])).toBeLessThan(1e-12);
      }
    }
  });

  it("leaks 42 % of the weight of unit normals to the future, where the mask leaks none", () => {
    const random = seededRandom(42);
    const [query, key] = [randomNormal(random, [1, 8, 128, 64]), randomNormal(random, [1, 8, 128, 64])];
    const leak = mean(causalMultiplicative(query, key, key).leaked.data);
    // ∫(1 − t)/(1 − t + √e·t)dt over [0, 1], as E[exp(x)] = √e for a unit normal
    expect(leak).toBeCloseTo(0.417, 2);

    const { weights } = attention(query, key, key, { mask: causal(), weights: true, backend: "reference" });
    const allows = compileMask(causal(), { batch: 1, heads: 8, queries: 128, keys: 128 });
    const future = toFloat64(weights!).filter((_, index) => !allows(0, 0, Math.floor(index / 128) % 128, index % 128));
    expect(Math.max(...future)).toBe(0);
  });

  it("keeps scale and element type", () => {
    const x = randomNormal(seededRandom(1), [1, 1, 3, 2]);
    expect(causalMultiplicative(x, x, x).output.dtype).toBe("float32");
    const flat = causalMultiplicative(x, x, x, { scale: 0 });
    for (const weight of flat.weights.data) expect(weight).toBeCloseTo(1 / 3, 12);
  });
});
