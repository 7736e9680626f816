import type { PowerLawResult, RunData } from "@xattn/runner";
import { type Point, partition } from "./point.ts";

const SAMPLES = 25;
const MOST_CURVES = 60;

/** The value of a fitted power law where its variables are `at`; nothing when one of them is missing. */
export function evaluatePowerLaw(fit: PowerLawResult, at: Readonly<Record<string, unknown>>): number | undefined {
  let product = fit.coefficient.estimate;
  for (const [name, { estimate }] of Object.entries(fit.exponents)) {
    const value = at[name];
    if (typeof value !== "number") return undefined;
    product *= value ** estimate;
  }
  return fit.intercept.estimate + product;
}

/** Power laws of the run with this name that could be fitted. */
export function fitsNamed(data: RunData, name: string): readonly PowerLawResult[] {
  return data.fits.filter(
    (fit): fit is PowerLawResult => fit.kind === "powerLaw" && fit.name === name && fit.problem === undefined,
  );
}

/**
 * Points along the fitted curve of every series: where `x` runs over the series' range (in equal ratios for `log`) and
 * all else is as in the series. A series has a curve when one fit's group has the series' values.
 */
export function fitCurves(
  points: readonly Point[],
  series: readonly string[],
  fits: readonly PowerLawResult[],
  x: { readonly name: string; readonly log: boolean },
  y: { readonly name: string; readonly log: boolean },
): readonly (readonly Point[])[] {
  const curves = [...partition(points, series).values()].flatMap((part) => {
    const model = part[0]!;
    const fit = fits.find(({ group }) => Object.entries(group).every(([name, value]) => model[name] === value));
    const xs = part.map((point) => Number(point[x.name]));
    const [low, high] = [Math.min(...xs), Math.max(...xs)];
    if (fit === undefined || low === high) return [];
    const curve = Array.from({ length: SAMPLES }, (_, index) => {
      const share = index / (SAMPLES - 1);
      const value = x.log ? low * (high / low) ** share : low + (high - low) * share;
      return { ...model, [x.name]: value, [y.name]: evaluatePowerLaw(fit, { ...model, [x.name]: value }) ?? null };
    });
    const drawable = curve.filter(
      (point) => typeof point[y.name] === "number" && (!y.log || Number(point[y.name]) > 0),
    );
    return drawable.length > 1 ? [drawable] : [];
  });
  return curves.slice(0, MOST_CURVES);
}
