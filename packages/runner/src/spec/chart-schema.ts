import { z } from "zod";
import type { Channel } from "./chart.ts";
import { expression, kebab, text } from "./fields.ts";

/** Longer texts and lists, and larger numbers, would draw for minutes. */
const most = { characters: 500, items: 1000, number: 1e300, pixels: 4000, ticks: 1000 } as const;

const words = z.string().max(most.characters);
const number = z.number().min(-most.number).max(most.number);
const scalar = z.union([number, words, z.boolean(), z.null()]);
const titled = z.union([words, z.null()]).describe("a text or null").optional();

/**
 * A part of a chart that goes into the Vega specification as it is written: plain values only. What Vega would
 * evaluate, load or follow has no place in it: objects with a signal, an expression, data or an address, and the
 * properties that are expressions by name.
 */
const plain = z
  .record(
    z.string().regex(/^(?!.*(Expr|encod|format[A-Z]|href|url|signal))[a-z][A-Za-z]*$/),
    z.union([scalar, z.array(scalar).max(most.items)]),
  )
  .refine((properties) => Number(properties.tickCount ?? 0) <= most.ticks)
  .describe("plain values by name, without expressions, signals, data and addresses");

const scale = z
  .strictObject({
    type: z.enum(["linear", "log", "sqrt", "symlog", "band", "point"]).optional(),
    base: z.number().positive().optional(),
    domain: z
      .array(z.union([number, words]))
      .max(most.items)
      .optional(),
    zero: z.boolean().optional(),
    nice: z.boolean().optional(),
    scheme: z
      .string()
      .regex(/^[a-z0-9]+$/i)
      .optional(),
    reverse: z.boolean().optional(),
  })
  .describe("an object with type, base, domain, zero, nice, scheme, reverse");

const channels = "x y color shape size opacity detail strokeDash row column facet order text".split(" ") as Channel[];
/** Names are checked here, so that a slip is told before the run; Vega-Lite's own checks come with the report. */
const channel = z
  .strictObject({
    field: z.string().optional(),
    type: z.enum(["quantitative", "nominal", "ordinal"]).optional(),
    aggregate: z.enum(["mean", "median", "min", "max", "count", "sum"]).optional(),
    title: titled,
    bin: z
      .union([z.boolean(), z.strictObject({ maxbins: z.int().min(1).max(most.ticks) })])
      .describe("true, false, or an object with maxbins")
      .optional(),
    sort: z
      .union([z.array(z.union([number, words])).max(most.items), z.enum(["ascending", "descending"]), z.null()])
      .describe('a list of values, "ascending", "descending" or null')
      .optional(),
    scale: scale.optional(),
    axis: z.union([plain, z.null()]).describe("plain values by name, or null").optional(),
    legend: z.union([plain, z.null()]).describe("plain values by name, or null").optional(),
    columns: z.int().min(1).max(100).optional(),
    value: z
      .union([number, words.regex(/^(?!.*url\s*\()[^:]*$/i)])
      .describe("a number, a colour or a text without an address")
      .optional(),
  })
  .describe("a channel definition, such as { field, type, title, scale }");

/** The shape of a chart, wherever it comes from: a spec, or the manifest of somebody else. */
export const chartSchema = z
  .strictObject({
    name: kebab,
    title: text,
    description: text,
    mark: z.enum(["line", "point", "bar", "rect", "tick", "area"]),
    encoding: z
      .partialRecord(z.enum(channels), channel)
      .describe(`an object with a channel definition for some of ${channels.join(", ")}`),
    filter: expression.optional(),
    fit: z.string().optional(),
    references: z
      .array(z.strictObject({ channel: z.enum(["x", "y"]), value: z.number(), label: words }))
      .max(100)
      .optional(),
    width: z.number().positive().max(most.pixels).describe("pixels, above 0 and at most 4000").optional(),
    height: z.number().positive().max(most.pixels).describe("pixels, above 0 and at most 4000").optional(),
  })
  .describe("a chart with name, title, description, mark and encoding");
