/** column = c₀ + c·Πₖ factorₖ^exponentₖ, once for every combination of values of the `by` axes. */
export interface PowerLawFit<Axis extends string, Field extends string> {
  readonly kind: "powerLaw";
  readonly column: Field;
  readonly factors: readonly Axis[];
  readonly by?: readonly Axis[];
  readonly where?: string;
}

/** Competing sums of non-negative terms, each term a Vega expression over the row; ranked by AICc. */
export interface TermsFit<Axis extends string, Field extends string> {
  readonly kind: "terms";
  readonly column: Field;
  readonly candidates: Readonly<Record<string, readonly string[]>>;
  readonly by?: readonly Axis[];
  readonly where?: string;
}

export type FitSpec<Axis extends string = string, Field extends string = string> =
  | PowerLawFit<Axis, Field>
  | TermsFit<Axis, Field>;
