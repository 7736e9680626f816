import type { Value } from "@xattn/measures/contract";

/** Picks groups of a fit: the value of one or more of its `by` axes. */
export type GroupFilter<Axis extends string> = Readonly<Partial<Record<Axis, Value>>>;

interface ClaimBase {
  /** Lower-case words joined by hyphens; unique in the experiment. */
  readonly name: string;
  /** The claim as a sentence that is true or false. */
  readonly statement: string;
  /** Who says so: a paper with its equation, or the document that is being tested. */
  readonly source?: string;
}

/** Every row that passes `where` satisfies the Vega expression `test`. */
export interface AlwaysClaim extends ClaimBase {
  readonly kind: "always";
  readonly test: string;
  readonly where?: string;
}

/**
 * A column lies within bounds on every row that passes `where`. For sampled columns the whole 95 % interval has
 * to: an interval across a bound makes the claim inconclusive.
 */
export interface BoundClaim<Field extends string> extends ClaimBase {
  readonly kind: "bound";
  readonly column: Field;
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly where?: string;
}

/** The exponents of a power-law fit are the ones expected, give or take `within`, in every group that is picked. */
export interface ExponentsClaim<Axis extends string, FitName extends string> extends ClaimBase {
  readonly kind: "exponents";
  readonly fit: FitName;
  readonly group?: GroupFilter<Axis>;
  readonly expect: Readonly<Partial<Record<Axis, number>>>;
  readonly within: number;
}

/** Terms that the best candidates of a `terms` fit have with a coefficient above 0, or do not have. */
export interface TermsClaim<Axis extends string, FitName extends string> extends ClaimBase {
  readonly kind: "terms";
  readonly fit: FitName;
  readonly group?: GroupFilter<Axis>;
  readonly present?: readonly string[];
  readonly absent?: readonly string[];
}

export type ClaimSpec<Axis extends string = string, Field extends string = string, FitName extends string = string> =
  | AlwaysClaim
  | BoundClaim<Field>
  | ExponentsClaim<Axis, FitName>
  | TermsClaim<Axis, FitName>;
