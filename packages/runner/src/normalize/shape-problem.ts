import { type ZodError, type ZodType, z } from "zod";
import { notOneOf } from "../errors/errors.ts";
import { experimentSchema } from "../spec/schema.ts";
import { needs } from "./check-value.ts";

/** What is wrong with the shape of a spec: the file, the field, the value it has and what it needs. */
export function shapeProblem(error: ZodError, spec: unknown, file: string): string {
  const issue = error.issues[0]!;
  const { schema, value } = descend(experimentSchema, spec, issue.path);
  const place = issue.path.length > 0 ? `${file}, ${written(issue.path)}` : file;
  if (issue.code === "unrecognized_keys") {
    const known = schema ? keysOf(choose(inner(schema), value)) : [];
    return `${place}: unknown field ${notOneOf(String(issue.keys[0]), known)}`;
  }
  if (issue.code === "invalid_key") return `${place}: the name does not fit; needs lower-case words joined by hyphens.`;
  const given = value === undefined ? "is missing" : `${shown(value)} does not fit`;
  const wanted = schema ? needs(schema) : "another kind of value";
  return `${place}: ${given}; needs ${wanted === "another kind of value" ? lowerFirst(issue.message) : wanted}.`;
}

/** Names that an object or a record of listed names can have. */
function keysOf(schema: ZodType): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  if (schema instanceof z.ZodRecord && schema.keyType instanceof z.ZodEnum) return schema.keyType.options.map(String);
  return [];
}

/** The schema and the value that a path leads to; no schema where the path leaves the known shape. */
function descend(
  root: ZodType,
  spec: unknown,
  path: readonly PropertyKey[],
): { schema: ZodType | undefined; value: unknown } {
  let schema: ZodType | undefined = root;
  let value = spec;
  for (const key of path) {
    schema = schema && step(inner(schema), value, key);
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  }
  return { schema, value };
}

function step(schema: ZodType, value: unknown, key: PropertyKey): ZodType | undefined {
  const chosen = choose(schema, value);
  if (chosen instanceof z.ZodObject) return chosen.shape[key as string] as ZodType | undefined;
  if (chosen instanceof z.ZodArray) return chosen.element as ZodType;
  if (chosen instanceof z.ZodRecord) return chosen.valueType as ZodType;
  return undefined;
}

/** Of a union of kinds, the one that the value says it is. */
function choose(schema: ZodType, value: unknown): ZodType {
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return schema;
  const kind = (value as { readonly kind?: unknown } | null | undefined)?.kind;
  const found = schema.options.find(
    (option) => option instanceof z.ZodObject && (option.shape.kind as ZodType).safeParse(kind).success,
  );
  return (found as ZodType | undefined) ?? schema;
}

/** A schema without what makes it optional; the words that describe it may be on either. */
function inner(schema: ZodType): ZodType {
  return schema instanceof z.ZodOptional ? inner(schema.unwrap() as ZodType) : schema;
}

function written(keys: readonly PropertyKey[]): string {
  return keys
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

function shown(value: unknown): string {
  try {
    return (JSON.stringify(value) ?? typeof value).slice(0, 80);
  } catch {
    return typeof value;
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
