import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../random/random.ts";
import { exactPseudoInverse, iterativePseudoInverse } from "./pseudo-inverse.ts";

type Matrix = Float64Array;

function multiply(left: Matrix, right: Matrix, size: number): Matrix {
  return Float64Array.from({ length: size * size }, (_, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    let sum = 0;
    for (let inner = 0; inner < size; inner += 1) sum += left[row * size + inner]! * right[inner * size + column]!;
    return sum;
  });
}

const transpose = (matrix: Matrix, size: number) =>
  matrix.map((_, at) => matrix[(at % size) * size + Math.floor(at / size)]!);

const distance = (left: Matrix, right: Matrix) =>
  left.reduce((largest, value, index) => Math.max(largest, Math.abs(value - right[index]!)), 0);

const largest = (matrix: Matrix) => matrix.reduce((left, value) => Math.max(left, Math.abs(value)), 0);

const scratch = (size: number) => {
  const one = () => new Float64Array(size * size).fill(Number.NaN);
  return { first: one(), second: one(), third: one() };
};

/** A random matrix of the given rank. */
function ofRank(size: number, rank: number, seed: number): Matrix {
  const random = seededRandom(seed);
  const matrix = new Float64Array(size * size);
  for (let term = 0; term < rank; term += 1) {
    const left = Array.from({ length: size }, () => random.normal());
    const right = Array.from({ length: size }, () => random.normal());
    for (let at = 0; at < size * size; at += 1) matrix[at]! += left[Math.floor(at / size)]! * right[at % size]!;
  }
  return matrix;
}

describe("the exact pseudo-inverse", () => {
  test("meets the four conditions of Penrose at every rank", () => {
    const cases = fc.integer({ min: 1, max: 8 }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size), fc.nat()));
    fc.assert(
      fc.property(cases, ([size, rank, seed]) => {
        const matrix = ofRank(size, rank, seed);
        const inverse = new Float64Array(size * size).fill(Number.NaN);
        exactPseudoInverse(matrix, size, inverse, scratch(size));
        const [left, right] = [multiply(matrix, inverse, size), multiply(inverse, matrix, size)];
        const condition = (1 + largest(matrix)) * (1 + largest(inverse));
        const tolerance = 1e-13 * condition ** 2;
        expect(distance(multiply(left, matrix, size), matrix)).toBeLessThan(tolerance);
        expect(distance(multiply(right, inverse, size), inverse)).toBeLessThan(tolerance * (1 + largest(inverse)));
        expect(distance(left, transpose(left, size))).toBeLessThan(tolerance);
        expect(distance(right, transpose(right, size))).toBeLessThan(tolerance);
        if (rank === 0) expect(largest(inverse)).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

describe("the iterated pseudo-inverse", () => {
  test("closes in on the exact one, faster than linearly", () => {
    const size = 6;
    const matrix = ofRank(size, size, 8);
    const exact = new Float64Array(size * size);
    exactPseudoInverse(matrix, size, exact, scratch(size));
    const error = (steps: number) => {
      const result = new Float64Array(size * size).fill(Number.NaN);
      iterativePseudoInverse(matrix, size, steps, result, scratch(size));
      return distance(result, exact) / largest(exact);
    };
    expect(error(2)).toBeGreaterThan(0.1);
    expect(error(40)).toBeLessThan(1e-10);
  });

  test("one step by hand for the scalar 2: ¼·½(13 − 1(15 − 1(7 − 1))) = ½", () => {
    const result = new Float64Array(1);
    iterativePseudoInverse(Float64Array.of(2), 1, 1, result, scratch(1));
    expect(result[0]).toBe(0.5);
  });

  test("one step by hand for diag(2, 1), whose start is diag(½, ¼)", () => {
    const result = new Float64Array(4);
    iterativePseudoInverse(Float64Array.of(2, 0, 0, 1), 2, 1, result, scratch(2));
    expect([...result]).toEqual([0.5, 0, 0, 0.25 * 0.25 * (13 - 0.25 * (15 - 0.25 * (7 - 0.25)))]);
  });

  test("the inverse of zeros is zeros", () => {
    const result = new Float64Array(4).fill(Number.NaN);
    iterativePseudoInverse(new Float64Array(4), 2, 6, result, scratch(2));
    expect([...result]).toEqual([0, 0, 0, 0]);
  });
});
