import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../random/random.ts";
import { plainFeatures } from "../../plain/features.ts";
import { referenceFeatures } from "../reference.ts";
import { projection } from "./projection.ts";

type Form = "positive" | "trigonometric" | "hyperbolic";
const forms: readonly Form[] = ["positive", "trigonometric", "hyperbolic"];
const d = 4;
const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, value, index) => sum + value * y[index]!, 0);

const similar = [0.5, 1, 1, -2];
/** Its cosine with the other vector is −0.43. */
const dissimilar = [0.5, -2, -0.5, 1];

/** Two vectors of the given norm, at an angle. */
function pair(norm: number, direction: number[] = similar): readonly [Float64Array, Float64Array] {
  const unit = (values: number[]) => {
    const length = Math.hypot(...values);
    return Float64Array.from(values, (value) => (norm * value) / length);
  };
  return [unit([1, 2, -1, 0.5]), unit(direction)];
}

interface Sample {
  readonly mean: number;
  readonly standardError: number;
}

function sample(values: readonly number[]): Sample {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, standardError: Math.sqrt(variance / values.length) };
}

/** Errors of the estimate φ(x)·φ(y) of exp(x·y), one for each seed. */
function errors(
  form: Form,
  features: number,
  orthogonal: boolean,
  norm: number,
  trials: number,
  direction?: number[],
): readonly number[] {
  const [x, y] = pair(norm, direction);
  const exact = Math.exp(dot(x, y));
  return Array.from({ length: trials }, (_, trial) => {
    const phi = referenceFeatures({ kind: "favor+", form, features, orthogonal, seed: 1000 * features + trial }, d);
    const [ofX, ofY] = [phi(x), phi(y)];
    return dot(ofX.features, ofY.features) * Math.exp(ofX.logScale + ofY.logScale) - exact;
  });
}

const squared = (values: readonly number[]) => sample(values.map((error) => error * error));

/** Mean squared error with m independent ω (Choromanski et al. 2021, lemma 2). */
function published(form: Form, m: number, norm: number): number {
  const [x, y] = pair(norm);
  const kernel = Math.exp(dot(x, y));
  const sum = Math.exp(dot(x, x) + dot(y, y) + 2 * dot(x, y));
  const difference = Math.exp(-(dot(x, x) + dot(y, y) - 2 * dot(x, y)));
  if (form === "trigonometric") return (sum * (1 - difference) ** 2) / (2 * m * kernel ** 2);
  const positive = (sum * kernel ** 2 * (1 - 1 / sum)) / m;
  return form === "positive" ? positive : ((1 - 1 / sum) * positive) / 2;
}

describe("the estimate of the softmax kernel", () => {
  const counts = [8, 16, 32, 64, 128];
  // Half-width of a 95 % interval that holds for all fifteen at once (Bonferroni).
  const simultaneous = 2.935;

  for (const form of forms) {
    test(`${form}: mean squared error is that of lemma 2 at five feature counts`, () => {
      const outside = counts.flatMap((m) => {
        const { mean, standardError } = squared(errors(form, m, false, 0.7, 4000));
        const expected = published(form, m, 0.7);
        // The interval must be narrow enough to tell: a tenth of the value at most.
        return Math.abs(mean - expected) <= simultaneous * standardError &&
          simultaneous * standardError < 0.2 * expected
          ? []
          : [{ m, mean, standardError, expected }];
      });
      expect(outside).toEqual([]);
    });

    test(`${form}: the estimate is unbiased, orthogonal or not`, () => {
      for (const orthogonal of [false, true]) {
        const { mean, standardError } = sample(errors(form, 6, orthogonal, 0.7, 4000));
        expect(Math.abs(mean)).toBeLessThan(3.5 * standardError);
      }
    });

    test(`${form}: orthogonal ω err no more than independent ones, and clearly less with d of them`, () => {
      const independent = squared(errors(form, d, false, 0.5, 20_000));
      const orthogonal = squared(errors(form, d, true, 0.5, 20_000));
      const margin = 2 * Math.hypot(independent.standardError, orthogonal.standardError);
      expect(orthogonal.mean + margin).toBeLessThan(independent.mean);
      const many = squared(errors(form, 3 * d + 1, true, 0.7, 3000));
      const manyIndependent = squared(errors(form, 3 * d + 1, false, 0.7, 3000));
      expect(many.mean).toBeLessThan(manyIndependent.mean + 2 * manyIndependent.standardError);
    });
  }

  test("of dissimilar vectors, trigonometric features err less than positive ones while norms are small", () => {
    const ratio = (norm: number) => {
      const [trigonometric, positive] = (["trigonometric", "positive"] as const).map(
        (form) => squared(errors(form, 32, false, norm, 800, dissimilar)).mean,
      );
      return trigonometric! / positive!;
    };
    // Lemma 2 gives 0.14 and 28.
    expect(ratio(0.2)).toBeLessThan(0.5);
    expect(ratio(1.4)).toBeGreaterThan(2);
  });
});

describe("the projection", () => {
  const favor = { kind: "favor+", form: "positive", features: 11, orthogonal: true, seed: 3 } as const;

  test("rows of a block of d are orthogonal, rows of different blocks are not", () => {
    const rows = projection(favor, d);
    const cosine = (i: number, j: number) =>
      Math.abs(dot(rows[i]!, rows[j]!)) / Math.sqrt(dot(rows[i]!, rows[i]!) * dot(rows[j]!, rows[j]!));
    for (let i = 0; i < 11; i += 1) {
      for (let j = 0; j < i; j += 1) {
        if (Math.floor(i / d) === Math.floor(j / d)) expect(cosine(i, j)).toBeLessThan(1e-14);
        else expect(cosine(i, j)).toBeGreaterThan(1e-6);
      }
    }
  });

  test("squared norms have the mean d and the variance 2d of a chi-squared", () => {
    for (const orthogonal of [true, false]) {
      const rows = projection({ ...favor, features: 6000, orthogonal }, d);
      const norms = rows.map((row) => dot(row, row));
      const { mean, standardError } = sample(norms);
      expect(Math.abs(mean - d)).toBeLessThan(3.5 * standardError);
      const variance = standardError ** 2 * norms.length;
      expect(variance).toBeGreaterThan(0.85 * 2 * d);
      expect(variance).toBeLessThan(1.15 * 2 * d);
    }
  });

  test("the same seed gives the same rows, another seed others", () => {
    expect(projection(favor, d)).toEqual(projection({ ...favor }, d));
    expect(projection(favor, d)).not.toEqual(projection({ ...favor, seed: 4 }, d));
  });
});

describe("range", () => {
  for (const form of forms) {
    test(`${form}: features of vectors of norm 1000 are finite and at most 1, in float64 and float32`, () => {
      const featureMap = { kind: "favor+", form, features: 7, orthogonal: false, seed: 2 } as const;
      const x = pair(1000)[0];
      const reference = referenceFeatures(featureMap, d)(x);
      const target = new Float32Array(14).fill(Number.NaN);
      const logScale = plainFeatures(featureMap, d)(
        Float32Array.from(x, (value) => value / 2),
        0,
        2,
        target,
        0,
      );
      for (const features of [reference.features, target.subarray(0, reference.features.length)]) {
        expect(features.every((value) => Math.abs(value) <= 1)).toBe(true);
        if (form !== "trigonometric") expect(Math.max(...features)).toBe(1);
      }
      expect(Math.abs(logScale - reference.logScale)).toBeLessThan(1e-5 * Math.abs(reference.logScale));
    });
  }

  test("the two precisions agree feature by feature", () => {
    const random = seededRandom(4);
    for (const form of forms) {
      const featureMap = { kind: "favor+", form, features: 9, orthogonal: true, seed: 2 } as const;
      const x = Float32Array.from({ length: d }, () => random.normal());
      const reference = referenceFeatures(featureMap, d)(Float64Array.from(x));
      const target = new Float32Array(18);
      const logScale = plainFeatures(featureMap, d)(x, 0, 1, target, 0);
      expect(logScale).toBeCloseTo(reference.logScale, 5);
      for (const [index, value] of reference.features.entries()) expect(target[index]).toBeCloseTo(value, 5);
    }
  });
});
