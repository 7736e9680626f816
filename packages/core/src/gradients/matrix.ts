/** A row-major matrix of float64, often a view of a tensor's elements, so that adding to it adds to the tensor. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

export function zeroMatrix(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float64Array(rows * columns) };
}

/** The view of `rows` rows of a tensor whose last axis has `columns` elements, from row `from` on. */
export function rowsAt(data: Float64Array, from: number, rows: number, columns: number): Matrix {
  return { rows, columns, data: data.subarray(from * columns, (from + rows) * columns) };
}

/** A·B. An element of A that is exactly 0 does not read B, so that what a weight of 0 hides (NaN, ∞) cannot leak. */
export function times(a: Matrix, b: Matrix): Matrix {
  const product = zeroMatrix(a.rows, b.columns);
  for (let row = 0; row < a.rows; row += 1) {
    for (let inner = 0; inner < a.columns; inner += 1) {
      addRow(product, row, a.data[row * a.columns + inner]!, b, inner);
    }
  }
  return product;
}

/** Aᵀ·B, with the same rule about zeros in A. */
export function transposedTimes(a: Matrix, b: Matrix): Matrix {
  const product = zeroMatrix(a.columns, b.columns);
  for (let inner = 0; inner < a.rows; inner += 1) {
    for (let row = 0; row < a.columns; row += 1) {
      addRow(product, row, a.data[inner * a.columns + row]!, b, inner);
    }
  }
  return product;
}

/** A·Bᵀ */
export function timesTransposed(a: Matrix, b: Matrix): Matrix {
  const product = zeroMatrix(a.rows, b.rows);
  for (let row = 0; row < a.rows; row += 1) {
    for (let column = 0; column < b.rows; column += 1) {
      let sum = 0;
      for (let inner = 0; inner < a.columns; inner += 1) {
        sum += a.data[row * a.columns + inner]! * b.data[column * b.columns + inner]!;
      }
      product.data[row * b.rows + column] = sum;
    }
  }
  return product;
}

export function transposed(a: Matrix): Matrix {
  const { rows, columns, data } = a;
  const result = zeroMatrix(columns, rows);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      result.data[column * rows + row] = data[row * columns + column]!;
    }
  }
  return result;
}

export function scaled(factor: number, { rows, columns, data }: Matrix): Matrix {
  return { rows, columns, data: data.map((value) => factor * value) };
}

export function sum(first: Matrix, ...others: readonly Matrix[]): Matrix {
  const result = { ...first, data: first.data.slice() };
  for (const other of others) add(result, other);
  return result;
}

/** factor·I − A, of a square A. */
export function subtractedFromIdentity(factor: number, a: Matrix): Matrix {
  const result = scaled(-1, a);
  for (let index = 0; index < a.rows; index += 1) result.data[index * a.columns + index]! += factor;
  return result;
}

/** target += factor·source */
export function add(target: Matrix, source: Matrix, factor = 1): void {
  for (let index = 0; index < target.data.length; index += 1) target.data[index]! += factor * source.data[index]!;
}

/** ⟨A, B⟩, the sum of the products of their elements. */
export function inner(a: Matrix, b: Matrix): number {
  return a.data.reduce((total, value, index) => total + value * b.data[index]!, 0);
}

function addRow(target: Matrix, row: number, factor: number, source: Matrix, sourceRow: number): void {
  if (factor === 0) return;
  for (let column = 0; column < target.columns; column += 1) {
    target.data[row * target.columns + column]! += factor * source.data[sourceRow * source.columns + column]!;
  }
}
