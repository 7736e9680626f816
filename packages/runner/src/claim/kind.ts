import type { Value } from "@xattn/measures/contract";
import { z } from "zod";
import type { Expression } from "../expression/expression.ts";
import type { Experiment } from "../normalize/normalize.ts";
import type { FitResult, Row, TableColumn } from "../run-data.ts";
import { kebab, text, value } from "../spec/fields.ts";
import type { Judgement } from "./judgement.ts";

/** What every claim says of itself. */
export interface ClaimBase {
  /** Lower-case words joined by hyphens; unique in the experiment. */
  readonly name: string;
  /** The claim as a sentence that is true or false. */
  readonly statement: string;
  /** Who says so: a paper with its equation, or the document that is being tested. */
  readonly source?: string;
}

/** Picks groups of a fit: the value of one or more of its `by` axes. */
export type GroupFilter<Axis extends string> = Readonly<Partial<Record<Axis, Value>>>;

export const claimBase = { name: kebab, statement: text, source: text.optional() };
export const group = z.record(z.string(), value).optional();

/** What a claim is held against: the table of a run and its fits. */
export interface Evidence {
  readonly rows: readonly Row[];
  readonly fits: readonly FitResult[];
  readonly columns: readonly TableColumn[];
  /** An expression of the claim over the columns. */
  readonly compile: (text: string, field: string) => Expression;
}

/** Looks up what a claim refers to before anything is run; each throws an InputError that names the place. */
export interface References {
  readonly experiment: Experiment;
  /** The claim, for messages: `<file>, claims.<name>`. */
  readonly place: string;
  /** Columns that hold measured values or axes. */
  readonly columns: readonly string[];
  need(name: string, known: readonly string[], field?: string): void;
  expression(text: string | undefined, field: string): void;
}

/** One kind of claim: its shape in a spec, the check of what it refers to, and its verdict. One file each. */
export interface ClaimKind<Claim extends ClaimBase> {
  readonly schema: z.ZodObject;
  check(claim: Claim, references: References): void;
  judge(claim: Claim, evidence: Evidence): Judgement;
}
