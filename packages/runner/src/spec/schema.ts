import { z } from "zod";
import { always } from "../claim/always.ts";
import { bound } from "../claim/bound.ts";
import { exponents } from "../claim/exponents.ts";
import { rate } from "../claim/rate.ts";
import { terms } from "../claim/terms.ts";
import { chartSchema } from "./chart-schema.ts";
import { expression, kebab, text, value } from "./fields.ts";

const values = z.array(value).min(1).describe("a list of at least one value");
const product = z.record(z.string(), values).describe("an object with a list of values for each axis");

const sampling = z
  .strictObject({
    budgetSeconds: z.number().positive().max(3600).optional().describe("seconds, above 0 and at most 3600"),
    precision: z.number().positive().max(1).optional().describe("a part of the median, above 0 and at most 1"),
    sampleMs: z.number().min(1).max(60_000).optional().describe("milliseconds, from 1 to 60000"),
    minimumRounds: z.int().min(3).max(100_000).optional().describe("a whole number from 3 to 100000"),
    maximumRounds: z.int().min(3).max(100_000).optional().describe("a whole number from 3 to 100000"),
  })
  .describe("an object with budgetSeconds, precision, sampleMs, minimumRounds, maximumRounds");

const profile = z
  .strictObject({
    axes: product.optional(),
    where: expression.optional(),
    include: z.array(product).optional(),
    sampling: sampling.optional(),
  })
  .describe("an object with axes, where, include, sampling");

const by = z.array(z.string()).optional().describe("a list of axes");
const fit = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("powerLaw"),
      column: text,
      factors: z.array(z.string()).min(1).describe("a list of at least one axis"),
      by,
      where: expression.optional(),
    }),
    z.strictObject({
      kind: z.literal("terms"),
      column: text,
      candidates: z.record(z.string(), z.array(expression).min(1)).describe("lists of expressions by name"),
      by,
      where: expression.optional(),
    }),
  ])
  .describe('a fit with kind "powerLaw" or "terms"');

const claim = z
  .discriminatedUnion("kind", [always.schema, bound.schema, exponents.schema, rate.schema, terms.schema])
  .describe('a claim with kind "always", "bound", "exponents", "rate" or "terms"');

/** The shape of an experiment at run time; measures are checked by hand, since they hold functions. */
export const experimentSchema = z.strictObject({
  name: kebab,
  title: text,
  question: text,
  axes: product,
  include: z.array(product).optional(),
  where: expression.optional(),
  profiles: z.record(kebab, profile).optional(),
  defaultProfile: kebab.optional(),
  seed: z.int().optional().describe("a whole number"),
  measures: z.array(z.any()).min(1).describe("a list of at least one measure"),
  fits: z.record(z.string(), fit).optional(),
  claims: z.array(claim).optional(),
  charts: z.array(chartSchema).optional(),
  sampling: sampling.optional(),
  deadlineSeconds: z.number().positive().max(86_400).optional().describe("seconds, above 0 and at most 86400"),
});
