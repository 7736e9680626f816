import { FitError } from "../errors/fit-error.ts";
import { requireFraction, requireInteger } from "../input/parameters.ts";
import type { Samples } from "../input/samples.ts";
import type { Interval } from "../interval.ts";
import { RELATIVE_ROUNDING } from "../linear-algebra/rounding.ts";
import { requirePositive } from "../power-law/data.ts";
import type { Random } from "../random.ts";
import { correctedAkaike } from "./aicc.ts";
import { type Candidate, candidateOf } from "./candidate.ts";
import { coefficientIntervals, combine, fitRelative } from "./term-bootstrap.ts";

export type TermsOptions = {
  /** y, one a point, each > 0, any unit. */
  readonly values: Samples;
  /** By candidate name, its terms by name: one value >= 0 a point. An empty candidate is the constant model. */
  readonly candidates: Readonly<Record<string, Readonly<Record<string, Samples>>>>;
  readonly random: Random;
  /** Bootstrap resamples, at least 20; 400 by default. */
  readonly resamples?: number;
  /** Confidence level in (0, 1); 0.95 by default. */
  readonly confidence?: number;
};

export type TermsFit = {
  readonly name: string;
  /** By term name, and the intercept under "1"; each >= 0. */
  readonly coefficients: Readonly<Record<string, Interval>>;
  readonly aicc: number;
  /** AICc above the best candidate's. */
  readonly delta: number;
  /** `delta < 2`: the data does not tell this candidate from the best, which is tied with itself. */
  readonly tied: boolean;
  /** Root mean square of ŷ/y − 1. */
  readonly relativeError: number;
};

/**
 * Competing models ŷ = c₁ + Σ cⱼ termⱼ with every coefficient >= 0, each fitted by non-negative least squares of the
 * relative residuals ŷ/y − 1 and ranked by AICc, best first; equal AICc keeps the order given. The number of parameters
 * counts the intercept, all terms of the candidate and the variance. A superfluous term of exact data gets exactly 0,
 * and among exact fits fewer terms win.
 * Sources: Lawson and Hanson 1974; Hurvich and Tsai 1989; Burnham and Anderson, "Model selection and multimodel
 * inference", 2002, section 2.6, for the tie at ΔAICc < 2.
 *
 * @throws FitError if there is no candidate, a value <= 0, a term that is negative, all zero or of another length, a
 *   term named "1", or too few points for a candidate
 * @throws StatisticsError if an option is out of range
 */
export function fitTerms(options: TermsOptions): TermsFit[] {
  const { candidates, random, resamples = 400, confidence = 0.95 } = options;
  requireInteger("resamples", resamples, 20);
  requireFraction("confidence", confidence);
  requirePositive("values", options.values);
  const values = Float64Array.from(options.values);
  const checked = Object.entries(candidates).map(([name, terms]) => candidateOf(name, terms, values.length));
  if (checked.length === 0) throw new FitError("no-candidates", "candidates is empty; at least one model needed");
  const fits = checked
    .map((candidate) => fitCandidate(candidate, values, { random, confidence, resamples }))
    .sort((a, b) => a.aicc - b.aicc);
  const best = fits[0]!.aicc;
  return fits.map((fit) => ({ ...fit, delta: fit.aicc - best, tied: fit.aicc - best < 2 }));
}

function fitCandidate(
  candidate: Candidate,
  values: Float64Array,
  resampling: { readonly random: Random; readonly confidence: number; readonly resamples: number },
): Omit<TermsFit, "delta" | "tied"> {
  const { name, columns, termNames } = candidate;
  const coefficients = fitRelative(columns, values);
  const squares = combine(columns, coefficients).reduce((sum, y, i) => sum + (y / values[i]! - 1) ** 2, 0);
  const relativeError = Math.sqrt(squares / values.length);
  const intervals =
    relativeError <= RELATIVE_ROUNDING
      ? Array.from(coefficients, (value) => ({ estimate: value, low: value, high: value }))
      : coefficientIntervals(columns, values, coefficients, resampling);
  return {
    name,
    coefficients: Object.fromEntries(termNames.map((term, j) => [term, intervals[j]!])),
    aicc: correctedAkaike(squares, values.length, columns.length + 1),
    relativeError,
  };
}
