import { toFloat64 } from "../../tensor/convert.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Projection } from "../projection/projection.ts";

/** A matrix as rows of numbers, for formulas written out in tests. */
export type Matrix = readonly (readonly number[])[];

/** One matrix of a tensor: the last two axes, at the given indices of the others. */
export function matrixOf(source: Tensor, ...indices: readonly number[]): Matrix {
  const [rows, width] = source.shape.slice(-2) as [number, number];
  const matrix = indices.reduce((flat, index, axis) => flat * source.shape[axis]! + index, 0);
  const data = toFloat64(source);
  return Array.from({ length: rows }, (_, row) => {
    const start = (matrix * rows + row) * width;
    return [...data.subarray(start, start + width)];
  });
}

export function multiply(left: Matrix, right: Matrix): Matrix {
  const columns = right[0]?.length ?? 0;
  return left.map((row) =>
    Array.from({ length: columns }, (_, column) => row.reduce((sum, x, index) => sum + x * right[index]![column]!, 0)),
  );
}

export function transpose(matrix: Matrix): Matrix {
  return (matrix[0] ?? []).map((_, column) => matrix.map((row) => row[column]!));
}

export function scaled(matrix: Matrix, factor: number): Matrix {
  return matrix.map((row) => row.map((x) => x * factor));
}

export function softmaxOf(matrix: Matrix): Matrix {
  return matrix.map((row) => {
    const exponentials = row.map(Math.exp);
    const sum = exponentials.reduce((left, right) => left + right, 0);
    return exponentials.map((x) => x / sum);
  });
}

/** Columns from … to − 1. */
export function columns(matrix: Matrix, from: number, to: number): Matrix {
  return matrix.map((row) => row.slice(from, to));
}

/** Matrices side by side. */
export function beside(matrices: readonly Matrix[]): Matrix {
  return matrices[0]!.map((_, row) => matrices.flatMap((matrix) => matrix[row]!));
}

export function affine(x: Matrix, { weight, bias }: Projection): Matrix {
  const shift = bias && toFloat64(bias);
  return multiply(x, matrixOf(weight)).map((row) => row.map((y, column) => y + (shift?.[column] ?? 0)));
}

/** The largest difference between elements; ∞ when the shapes differ. */
export function distance(left: Matrix, right: Matrix): number {
  if (left.length !== right.length) return Number.POSITIVE_INFINITY;
  return left.reduce((largest, row, index) => {
    const other = right[index]!;
    if (row.length !== other.length) return Number.POSITIVE_INFINITY;
    return row.reduce((maximum, x, column) => Math.max(maximum, Math.abs(x - other[column]!)), largest);
  }, 0);
}
