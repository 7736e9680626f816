/** What became of a column, or of a cell of it, between two runs. */
export type ChangeVerdict =
  /** The same to the last bit. */
  | "exact"
  /** Different, by no more than the column's tolerance. */
  | "within-tolerance"
  /** The whole interval of the ratio lies within the threshold. */
  | "same"
  /** The whole interval lies below the threshold. */
  | "faster"
  /** The data cannot tell, or may not be held together. */
  | "ambiguous"
  /** One run has values where the other has none. */
  | "missing"
  /** The whole interval lies above the threshold. */
  | "slower"
  /** A value that should not change did, by more than its tolerance. */
  | "drifted";

/** Exit codes of `exp compare`: the worst verdict decides. */
export const changeExitCodes: Readonly<Record<ChangeVerdict, number>> = {
  exact: 0,
  "within-tolerance": 0,
  same: 0,
  slower: 20,
  ambiguous: 21,
  faster: 22,
  drifted: 23,
  missing: 24,
};

const severity: readonly ChangeVerdict[] = [
  "exact",
  "within-tolerance",
  "same",
  "faster",
  "ambiguous",
  "missing",
  "slower",
  "drifted",
];

export function worstChange(verdicts: readonly ChangeVerdict[]): ChangeVerdict {
  return severity[Math.max(0, ...verdicts.map((verdict) => severity.indexOf(verdict)))]!;
}
