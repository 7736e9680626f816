import type { LinearMap } from "./spectral-norm.ts";

/** Dense rows × columns matrix, row by row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

export function matrix(rows: number, columns: number, entry: (row: number, column: number) => number): Matrix {
  const data = Float64Array.from({ length: rows * columns }, (_, index) =>
    entry(Math.floor(index / columns), index % columns),
  );
  return { rows, columns, data };
}

/** A·B. */
export function product(left: Matrix, right: Matrix): Matrix {
  return matrix(left.rows, right.columns, (row, column) => {
    let sum = 0;
    for (let inner = 0; inner < left.columns; inner += 1) {
      sum += left.data[row * left.columns + inner]! * right.data[inner * right.columns + column]!;
    }
    return sum;
  });
}

export function transposed({ rows, columns, data }: Matrix): Matrix {
  return matrix(columns, rows, (row, column) => data[column * columns + row]!);
}

export function scaled(source: Matrix, factor: number): Matrix {
  return { ...source, data: source.data.map((value) => value * factor) };
}

/** The matrix as a map, for `spectralNorm`. */
export function mapOf(source: Matrix): LinearMap {
  const flipped = transposed(source);
  return {
    columns: source.columns,
    apply: (x) => timesVector(source, x),
    applyTransposed: (y) => timesVector(flipped, y),
  };
}

function timesVector({ rows, columns, data }: Matrix, x: Float64Array): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let column = 0; column < columns; column += 1) sum += data[row * columns + column]! * x[column]!;
    return sum;
  });
}
