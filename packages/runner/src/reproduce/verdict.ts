/** What became of one column, exponent or claim of a reference run. */
export type Reproduction =
  /** The same to the last bit, or the same verdict. */
  | "exact"
  | "within-tolerance"
  /** Outside the tolerance, and noise does not explain it. */
  | "drifted"
  /** Noise hides the answer. */
  | "ambiguous"
  /** Outside the tolerance, on another machine or runtime, which may explain it. */
  | "environment-differs"
  /** In the reference and not in the new run. */
  | "missing";

/** Exit codes of `exp reproduce`: the worst verdict decides. */
export const reproductionExitCodes: Readonly<Record<Reproduction, number>> = {
  exact: 0,
  "within-tolerance": 0,
  drifted: 10,
  ambiguous: 11,
  "environment-differs": 12,
  missing: 13,
};

const severity: readonly Reproduction[] = [
  "exact",
  "within-tolerance",
  "environment-differs",
  "ambiguous",
  "missing",
  "drifted",
];

export function worstOf(verdicts: readonly Reproduction[]): Reproduction {
  return severity[Math.max(0, ...verdicts.map((verdict) => severity.indexOf(verdict)))]!;
}
