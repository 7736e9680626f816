import { ArgumentError } from "@xattn/core";

export interface Best {
  /** Of the largest value; of equal ones the lowest index. */
  readonly index: number;
  readonly value: number;
  /** By how much it leads the runner-up: 0 at a tie, ∞ where there is only one. */
  readonly margin: number;
}

/** @throws ArgumentError for no values at all, and for NaN, which has no place in an order */
export function argmax(name: string, values: ArrayLike<number>): Best {
  if (values.length === 0) throw new ArgumentError(`${name}: no values; needs at least one to choose from`);
  let index = 0;
  let second = Number.NEGATIVE_INFINITY;
  for (let other = 0; other < values.length; other += 1) {
    const value = values[other]!;
    if (Number.isNaN(value)) throw new ArgumentError(`${name}[${other}]: NaN; needs numbers that can be compared`);
    if (other === 0) continue;
    if (value > values[index]!) {
      second = values[index]!;
      index = other;
    } else {
      second = Math.max(second, value);
    }
  }
  const value = values[index]!;
  if (values.length === 1) return { index, value, margin: Number.POSITIVE_INFINITY };
  return { index, value, margin: value === second ? 0 : value - second };
}
