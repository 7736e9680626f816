import { seededRandom } from "@xattn/core";
import { expect, test } from "vitest";
import { columnsOfRows, singularValues } from "./matrices.ts";

test("singular values of a diagonal, a rotation and a matrix of rank one", () => {
  expect(singularValues(columnsOfRows([3, 0, 0, -5], 2))).toEqual([5, 3]);
  const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
  for (const value of singularValues(columnsOfRows([c, -s, s, c], 2))) expect(value).toBeCloseTo(1, 14);
  const [first, second] = singularValues(columnsOfRows([2, 4, 1, 2, 2, 4], 2));
  expect(first).toBeCloseTo(Math.sqrt(9 * 5), 12);
  expect(second).toBeCloseTo(0, 12);
});

test("their squares add up to the square of the Frobenius norm, and their product is the determinant", () => {
  const random = seededRandom(2);
  const [a, b, c, d] = Array.from({ length: 4 }, () => random.normal()) as [number, number, number, number];
  const [first, second] = singularValues(columnsOfRows([a, b, c, d], 2)) as [number, number];
  expect(first ** 2 + second ** 2).toBeCloseTo(a * a + b * b + c * c + d * d, 12);
  expect(first * second).toBeCloseTo(Math.abs(a * d - b * c), 12);
});
