import { fitPowerLaw } from "@xattn/stats";
import { messageOf } from "../errors/errors.ts";
import type { Estimate, PowerLawResult } from "../run-data.ts";
import type { PowerLawFit } from "../spec/fit.ts";
import type { Group } from "./groups.ts";

const unknown: Estimate = { estimate: 0, low: 0, high: 0 };

/** Fits the power law to one group; factors that do not vary in it are left out. */
export function powerLaw(
  name: string,
  fit: PowerLawFit<string, string>,
  { group, rows }: Group,
  unit: string,
  random: () => number,
): PowerLawResult {
  const varying = fit.factors.filter((axis) => new Set(rows.map((row) => row[axis])).size > 1);
  const base = { kind: "powerLaw", name, column: fit.column, unit, group, points: rows.length } as const;
  try {
    const result = fitPowerLaw({
      values: rows.map((row) => Number(row[fit.column])),
      factors: Object.fromEntries(varying.map((axis) => [axis, rows.map((row) => Number(row[axis]))])),
      random,
    });
    const { exponents, coefficient, intercept, relativeError } = result;
    return { ...base, exponents, coefficient, intercept, relativeError };
  } catch (error) {
    return {
      ...base,
      exponents: {},
      coefficient: unknown,
      intercept: unknown,
      relativeError: 0,
      problem: messageOf(error),
    };
  }
}
