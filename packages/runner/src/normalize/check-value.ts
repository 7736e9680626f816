import type { Measure } from "@xattn/measures/contract";
import type { ZodType } from "zod";
import { InputError, suggestion } from "../errors/errors.ts";

/** @throws InputError with the values allowed, when a measure that reads the axis does not accept the value */
export function checkValue(axis: string, value: unknown, measures: readonly Measure[], place: string): void {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new InputError(`${place}: ${value} is not allowed; needs finite numbers.`);
  }
  if (value !== null && !["number", "string", "boolean"].includes(typeof value)) {
    throw new InputError(`${place}: a value is a ${typeof value}; needs numbers, texts, booleans or null.`);
  }
  for (const measure of measures) {
    const schema = Object.hasOwn(measure.parameters, axis) ? measure.parameters[axis]! : undefined;
    if (!schema || schema.safeParse(value).success) continue;
    const allowed = options(schema);
    const near = typeof value === "string" && allowed ? suggestion(value, allowed) : "";
    throw new InputError(`${place}: ${JSON.stringify(value)} is not allowed; needs ${needs(schema)}.${near}`);
  }
}

/** What a schema accepts, in words: its description, or its list of options. */
export function needs(schema: ZodType): string {
  const list = options(schema);
  const description = schema.description ?? inner(schema).description;
  if (description) return description;
  return list ? `one of ${list.join(", ")}` : "another kind of value";
}

function options(schema: ZodType): string[] | undefined {
  const unwrapped = inner(schema);
  return "options" in unwrapped &&
    Array.isArray(unwrapped.options) &&
    unwrapped.options.every((item) => typeof item === "string")
    ? unwrapped.options
    : undefined;
}

function inner(schema: ZodType): ZodType {
  return "unwrap" in schema && typeof schema.unwrap === "function" ? inner(schema.unwrap() as ZodType) : schema;
}
