import { StatisticsError } from "../errors/statistics-error.ts";

/** @throws StatisticsError unless 0 < value < 1. */
export function requireFraction(name: string, value: number): void {
  if (!(value > 0 && value < 1)) throw new StatisticsError(`${name} is ${value}; it must lie strictly between 0 and 1`);
}

/** @throws StatisticsError unless `value` is an integer of at least `atLeast`. */
export function requireInteger(name: string, value: number, atLeast: number): void {
  if (!Number.isInteger(value) || value < atLeast) {
    throw new StatisticsError(`${name} is ${value}; it must be an integer of at least ${atLeast}`);
  }
}

/** @throws StatisticsError unless `value` is a finite number >= 0. */
export function requireNonNegative(name: string, value: number): void {
  if (!(value >= 0 && Number.isFinite(value))) {
    throw new StatisticsError(`${name} is ${value}; it must be a finite number of at least 0`);
  }
}
