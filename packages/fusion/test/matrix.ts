import { type Projection, type Random, randomNormal, randomProjection, type Tensor, toFloat64 } from "@xattn/core";

/** Counts the multiply-adds of the formulas that are written out in tests. */
export interface Counter {
  multiplyAdds: number;
}

export type Rows = readonly (readonly number[])[];

/** The matrix [n, d] of one batch entry. */
export function rowsOf({ shape, ...rest }: Tensor, batch: number): Rows {
  const [, n, d] = shape as [number, number, number];
  const data = toFloat64({ shape, ...rest } as Tensor);
  return Array.from({ length: n }, (_, row) => [...data.subarray((batch * n + row) * d, (batch * n + row + 1) * d)]);
}

/** x·W + b, one multiply-add at a time. */
export function affine(x: Rows, { weight, bias }: Projection, counter: Counter): Rows {
  const [inputs, outputs] = weight.shape as [number, number];
  const w = toFloat64(weight);
  const shift = bias && toFloat64(bias);
  return x.map((row) =>
    Array.from({ length: outputs }, (_, column) => {
      let sum = shift?.[column] ?? 0;
      for (let input = 0; input < inputs; input += 1) {
        sum += row[input]! * w[input * outputs + column]!;
        counter.multiplyAdds += 1;
      }
      return sum;
    }),
  );
}

/** softmax(Q·Kᵀ/√d)V of one head. */
export function attend(query: Rows, key: Rows, value: Rows, counter: Counter): Rows {
  return query.map((q) => {
    const exponentials = key.map((k) => {
      counter.multiplyAdds += k.length;
      return Math.exp(q.reduce((sum, x, index) => sum + x * k[index]!, 0) / Math.sqrt(q.length));
    });
    const total = exponentials.reduce((sum, x) => sum + x, 0);
    return (value[0] ?? []).map((_, column) => {
      counter.multiplyAdds += key.length;
      return exponentials.reduce((sum, x, j) => sum + (x / total) * value[j]![column]!, 0);
    });
  });
}

export function sumOf(left: Rows, right: Rows): Rows {
  return left.map((row, i) => row.map((x, j) => x + right[i]![j]!));
}

/** The largest difference between elements; ∞ when the shapes differ. */
export function distance(left: Rows, right: Rows): number {
  if (left.length !== right.length) return Number.POSITIVE_INFINITY;
  return left.reduce((largest, row, index) => {
    const other = right[index]!;
    if (row.length !== other.length) return Number.POSITIVE_INFINITY;
    return row.reduce((maximum, x, column) => Math.max(maximum, Math.abs(x - other[column]!)), largest);
  }, 0);
}

/** A random projection with a bias that is not small. */
export function biased(random: Random, inputs: number, outputs: number): Projection {
  return { ...randomProjection(random, inputs, outputs), bias: randomNormal(random, [outputs]) };
}
