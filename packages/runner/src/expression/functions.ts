type PureFunction = (...values: never[]) => unknown;

const isList = (value: unknown): value is string => typeof value === "string" || Array.isArray(value);
const isNothing = (value: unknown) => value === null || value === undefined || value === "";

const { abs, acos, asin, atan, atan2, ceil, cos, exp, floor, log, pow, round, sin, sqrt, tan } = Math;

const functions: Readonly<Record<string, PureFunction>> = {
  ...{ abs, acos, asin, atan, atan2, ceil, cos, exp, floor, log, pow, round, sin, sqrt, tan },
  hypot: (...values: number[]) => Math.hypot(...values),
  max: (...values: number[]) => Math.max(...values),
  min: (...values: number[]) => Math.min(...values),
  clamp: (value: number, low: number, high: number) => Math.max(low, Math.min(high, value)),
  isNaN: (value: unknown) => Number.isNaN(value),
  isFinite: (value: unknown) => Number.isFinite(value),
  isNumber: (value: unknown) => typeof value === "number",
  isString: (value: unknown) => typeof value === "string",
  isBoolean: (value: unknown) => typeof value === "boolean",
  isValid: (value: unknown) => value !== null && value !== undefined && !Number.isNaN(value),
  toNumber: (value: unknown) => (isNothing(value) ? null : Number(value)),
  toString: (value: unknown) => (isNothing(value) ? null : String(value)),
  toBoolean: (value: unknown) => (isNothing(value) ? null : value !== "false" && value !== "0" && Boolean(value)),
  lower: (value: unknown) => String(value).toLowerCase(),
  upper: (value: unknown) => String(value).toUpperCase(),
  trim: (value: unknown) => String(value).trim(),
  length: (list: unknown) => (isList(list) ? list.length : undefined),
  indexof: (list: unknown, item: string) => (isList(list) ? list.indexOf(item) : -1),
  lastindexof: (list: unknown, item: string) => (isList(list) ? list.lastIndexOf(item) : -1),
  slice: (list: unknown, from: number, ...to: number[]) => (isList(list) ? list.slice(from, ...to) : undefined),
  inrange: (value: number, range: unknown) =>
    Array.isArray(range) && value >= Math.min(...range) && value <= Math.max(...range),
};

/**
 * Functions of Vega that depend on their arguments alone and end quickly. They take any value without throwing: a
 * row with a null must not end the run that it is judged in.
 */
export const pureFunctions: Readonly<Record<string, PureFunction>> = Object.assign(Object.create(null), functions);

/** The fewest arguments that a call needs, or `undefined` for a function that is not allowed. */
export function fewestArguments(name: string): number | undefined {
  if (name === "if") return 3;
  const known = pureFunctions[name];
  return known && Math.max(1, known.length);
}

/** For messages. */
export const functionNames = ["if", ...Object.keys(functions)];
