import { seededRandom } from "@xattn/core";
import { z } from "zod";
import { seedParameter, wholeNumber } from "../../cell/whole-number.ts";
import { deterministic } from "../../contract/deterministic.ts";
import { type DirectMeasure, type Parameters, UnsupportedError } from "../../contract/measure.ts";
import { locateCrossing } from "./crossing.ts";
import { draws, squaredError } from "./estimate.ts";
import {
  type FeatureForm,
  featureForms,
  orthogonalBound,
  orthogonalError,
  publishedCrossing,
  publishedError,
} from "./formulas.ts";
import { pairAt } from "./geometry.ts";
import { type Mean, meanOf, ratioOf } from "./mean.ts";

const columns = {
  squaredError: deterministic("1", "Mean squared error of the estimate of exp(x·y) over draws.", 1e-6),
  squaredErrorLow: deterministic("1", "Lower end of its 95 % interval.", 1e-6),
  squaredErrorHigh: deterministic("1", "Upper end of its 95 % interval.", 1e-6),
  exactError: deterministic("1", "The same by a closed form: lemma 2, or the one of orthogonal ω.", 1e-9),
  errorRatio: deterministic("1", "squaredError / exactError.", 1e-6),
  errorRatioLow: deterministic("1", "Lower end of its 95 % interval.", 1e-6),
  errorRatioHigh: deterministic("1", "Upper end of its 95 % interval.", 1e-6),
  standardErrors: deterministic("1", "(squaredError − exactError) in standard errors of the mean.", 1e-3),
  overBound: deterministic("1", "squaredError over theorem 2's bound; positive, orthogonal, m ≤ d alone.", 1e-6),
  overBoundLow: deterministic("1", "Lower end of its 95 % interval.", 1e-6),
  overBoundHigh: deterministic("1", "Upper end of its 95 % interval.", 1e-6),
  overIndependent: deterministic("1", "Error with orthogonal ω over lemma 2's with independent ones.", 1e-6),
  overIndependentLow: deterministic("1", "Lower end of its 95 % interval.", 1e-6),
  overIndependentHigh: deterministic("1", "Upper end of its 95 % interval.", 1e-6),
  overPositive: deterministic("1", "Error of trigonometric features over that of positive ones.", 1e-6),
  overPositiveLow: deterministic("1", "Lower end of its 95 % interval.", 1e-6),
  overPositiveHigh: deterministic("1", "Upper end of its 95 % interval.", 1e-6),
  publishedOverPositive: deterministic("1", "The same by lemma 2.", 1e-9),
  crossingNorm: deterministic("1", "Norm at which the two err alike.", 1e-6),
  crossingNormLow: deterministic("1", "Lower end of its 99 % interval.", 1e-6),
  crossingNormHigh: deterministic("1", "Upper end of its 99 % interval.", 1e-6),
  publishedCrossing: deterministic("1", "The same by lemma 2.", 1e-9),
} as const;

type KernelErrorColumn = keyof typeof columns;
type Values = Record<KernelErrorColumn, number | null>;

/** Besides the forms of features, the comparison of two of them, on the same draws at every norm. */
const comparison = "trigonometric over positive";

/**
 * How far φ(x)·φ(y) of FAVOR+ is from exp(x·y), over many draws of the random vectors, against the published mean
 * squared errors. x and y have the same norm. The form "trigonometric over positive" compares two forms on the same
 * draws and looks for the norm at which they err alike. Intervals are of the mean, by its standard error.
 */
export function kernelError(): DirectMeasure<KernelErrorColumn> {
  return {
    kind: "direct",
    name: "kernelError",
    version: 1,
    description: "Mean squared error of FAVOR+ features against the published formulas.",
    parameters: {
      form: z.enum([...featureForms, comparison]),
      orthogonal: z.boolean(),
      features: wholeNumber("random projections m", 1, 4096),
      norm: z.number().positive().max(4).describe("norm of x and y, a number above 0 and at most 4"),
      angle: z.number().min(0).max(180).describe("degrees between x and y, from 0 to 180"),
      d: wholeNumber("dimension d of x and y", 2, 1024),
      trials: wholeNumber("draws of the random projections", 100, 1_000_000),
      seed: seedParameter,
    },
    columns,
    exclusive: false,
    check,
    run(cell, { seed }) {
      const problem = check(cell);
      if (problem) throw new UnsupportedError(problem);
      return cell.form === comparison ? compared(cell, seed) : measured(cell, seed);
    },
  };
}

function check({ form, orthogonal, angle }: Parameters): string | undefined {
  if (form !== comparison) return undefined;
  if (orthogonal) return "the published crossing is that of independent ω, and orthogonal is true";
  const angled = Number(angle) > 90 && Number(angle) < 180;
  return angled ? undefined : `the two forms cross at angles above 90 and below 180 degrees, and the angle is ${angle}`;
}

function measured(cell: Parameters, seed: number): Values {
  const form = cell.form as FeatureForm;
  const { features, norm, angle, d, trials } = cell as Record<string, number>;
  const orthogonal = cell.orthogonal as boolean;
  const pair = pairAt(norm!, angle!, d!);
  const errors = Array.from(draws({ features: features!, orthogonal, d: d! }, trials!, firstSeed(cell, seed)), (draw) =>
    squaredError(form, draw, pair),
  );
  const mean = meanOf(errors);
  const exactError = orthogonal ? orthogonalError(form, features!, d!, pair) : publishedError(form, features!, pair);
  const bounded = orthogonal && form === "positive" && features! <= d!;
  return {
    ...nothing(),
    ...withInterval("squaredError", mean, 1),
    exactError,
    ...withInterval("errorRatio", mean, exactError),
    standardErrors: (mean.estimate - exactError) / mean.standardError,
    ...(bounded && withInterval("overBound", mean, orthogonalBound(features!, d!, pair))),
    ...(orthogonal && withInterval("overIndependent", mean, publishedError(form, features!, pair))),
  };
}

function compared(cell: Parameters, seed: number): Values {
  const { features, norm, angle, d, trials } = cell as Record<string, number>;
  const pairOf = (length: number) => pairAt(length, angle!, d!);
  const pair = pairOf(norm!);
  const sampled = [...draws({ features: features!, orthogonal: false, d: d! }, trials!, firstSeed(cell, seed))];
  const ratio = ratioOf(
    sampled.map((draw) => squaredError("trigonometric", draw, pair)),
    sampled.map((draw) => squaredError("positive", draw, pair)),
  );
  const crossing = locateCrossing(sampled, angle!, d!, seededRandom(seed).fork("bootstrap"));
  return {
    ...nothing(),
    ...withInterval("overPositive", ratio, 1),
    publishedOverPositive: publishedError("trigonometric", 1, pair) / publishedError("positive", 1, pair),
    crossingNorm: crossing?.estimate ?? null,
    crossingNormLow: crossing?.low ?? null,
    crossingNormHigh: crossing?.high ?? null,
    publishedCrossing: publishedCrossing(angle!, pairOf),
  };
}

/** Cells of one form that differ in anything draw from different seeds, so that their intervals are independent. */
function firstSeed(cell: Parameters, seed: number): number {
  const told = Object.entries(cell).filter(([name]) => cell.form !== comparison || name !== "norm");
  return seededRandom(seed)
    .fork(JSON.stringify(told.sort()))
    .integer(0, 2 ** 31 - 1);
}

function nothing(): Values {
  return Object.fromEntries(Object.keys(columns).map((column) => [column, null])) as Values;
}

function withInterval(column: string, { estimate, standardError }: Mean, unit: number): Record<string, number> {
  const half = 1.96 * standardError;
  return {
    [column]: estimate / unit,
    [`${column}Low`]: Math.max(0, estimate - half) / unit,
    [`${column}High`]: (estimate + half) / unit,
  };
}
