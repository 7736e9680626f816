import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { FitError } from "../errors/fit-error.ts";
import type { Samples } from "../input/samples.ts";
import type { PowerLawData } from "./model.ts";

/** Checks values and factors and takes logarithms. @throws FitError with the reason */
export function powerLawData(
  values: Samples,
  factors: Readonly<Record<string, Samples>>,
  parameters: number,
): PowerLawData {
  const names = Object.keys(factors);
  if (names.length === 0) throw new FitError("no-factors", "factors is empty; a power law needs at least one factor");
  requirePositive("values", values);
  for (const name of names) {
    const factor = factors[name]!;
    requirePositive(`factors.${name}`, factor);
    if (factor.length !== values.length) {
      throw new FitError(
        "unequal-lengths",
        `factors.${name} has ${factor.length} points and values has ${values.length}; they need the same points`,
      );
    }
  }
  if (values.length <= parameters) {
    throw new FitError("too-few-points", `values has ${values.length} points; ${parameters} parameters need more`);
  }
  for (const name of names) {
    if (new Set(Array.from(factors[name]!)).size === 1) {
      throw new FitError("constant-factor", `factors.${name} is ${factors[name]![0]} everywhere; it must vary`);
    }
  }
  const rows = Array.from(values, (_, i) => names.map((name) => Math.log(factors[name]![i]!)));
  const distinct = new Set(rows.map((row) => row.join())).size;
  if (distinct < parameters) {
    throw new FitError(
      "too-few-points",
      `factors take ${distinct} distinct combinations; ${parameters} parameters need at least as many`,
    );
  }
  requireIndependent(names, rows);
  return {
    count: values.length,
    factorCount: names.length,
    logFactors: Float64Array.from(rows.flat()),
    values: Float64Array.from(values),
  };
}

export function requirePositive(name: string, samples: Samples): void {
  for (let i = 0; i < samples.length; i++) {
    if (!(samples[i]! > 0 && Number.isFinite(samples[i]))) {
      throw new FitError("non-positive-value", `${name}[${i}] is ${samples[i]}; it must be positive and finite`);
    }
  }
}

function requireIndependent(names: readonly string[], rows: readonly number[][]): void {
  const centered = new Matrix(rows.map((row) => [...row])).center("column");
  const scaled = centered.scale("column");
  const singular = new SingularValueDecomposition(scaled).diagonal;
  if (Math.min(...singular) < 1e-7 * Math.max(...singular)) {
    throw new FitError(
      "collinear-factors",
      `factors ${names.join(", ")} are powers of one another (times constants), so their exponents cannot be told apart`,
    );
  }
}
