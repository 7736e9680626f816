import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { column, direct, timed } from "../../fixtures/measures.ts";
import { normalized, soundSpec, sweep } from "../../fixtures/specs.ts";
import { InputError } from "../errors/errors.ts";
import { countPoints } from "../plan/plan.ts";
import { defineExperiment } from "../spec/experiment.ts";
import { type NormalizeOptions, normalize } from "./normalize.ts";

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

test("a sound spec is completed with defaults", () => {
  const experiment = normalized();
  expect(experiment).toMatchObject({
    name: "sound",
    profile: "quick",
    seed: 1,
    axes: ["n", "m", "variant"],
    deadlineSeconds: 60,
    sampling: { budgetSeconds: 1, precision: 0.02, sampleMs: 1, minimumRounds: 7, maximumRounds: 1000 },
  });
  expect(experiment.columns.map(({ name }) => name)).toEqual([
    ...["n", "m", "variant", "size", "sizeStatus"],
    ...["time", "timeLow", "timeHigh", "timeRatio", "timeRatioLow", "timeRatioHigh"],
    ...["timeRounds", "timeDrift", "timeFlags", "timeStatus", "status"],
  ]);
  expect(countPoints(experiment)).toBe(6);
});

test("a profile replaces axes, adds points and conditions, and overrides win over it", () => {
  const profiles = {
    full: { axes: { n: [16, 32] }, where: "datum.n > 16", include: [{ n: [64] }], sampling: { budgetSeconds: 9 } },
  };
  const full = normalized({ profiles }, { profile: "full", overrides: { m: [1, 2] } });
  expect(full.products).toEqual([
    { n: [16, 32], m: [1, 2], variant: ["standard", "linear"] },
    { n: [64], m: [1, 2], variant: ["standard", "linear"] },
  ]);
  expect(full.sampling.budgetSeconds).toBe(9);
  expect(countPoints(full)).toBe(8);
  const overridden = normalized({ profiles }, { profile: "full", overrides: { n: [1024] } });
  expect(overridden.products).toHaveLength(1);
});

describe("what is wrong is said with file, field, value and what would be right", () => {
  const options = (overrides: NormalizeOptions["overrides"]) => ({ overrides }) as NormalizeOptions;
  test.each<[string, object, Partial<NormalizeOptions>, readonly (string | RegExp)[]]>([
    [
      "unknown axis in an override",
      {},
      options({ nn: [1] }),
      ["command line, nn", '"nn" is not one of n, m, variant', 'Did you mean "n"'],
    ],
    ["n = 0", {}, options({ n: [0] }), ["command line, n", "0 is not allowed", "a whole number from 1 to 1048576"]],
    ["negative n", {}, options({ n: [-4] }), ["command line, n", "-4 is not allowed", "from 1 to 1048576"]],
    ["fractional n", {}, options({ n: [1.5] }), ["1.5 is not allowed", "a whole number"]],
    ["n = 1e9", {}, options({ n: [1e9] }), ["1000000000 is not allowed", "from 1 to 1048576"]],
    ["NaN from an API", {}, options({ n: [Number.NaN] }), ["command line, n", "NaN is not allowed"]],
    ["an empty list from an API", {}, options({ n: [] }), ["command line, n", "empty"]],
    ["text for a number", {}, options({ n: ["many"] }), ['"many" is not allowed']],
    [
      "unknown variant",
      {},
      options({ variant: ["linaer"] }),
      ['"linaer" is not allowed', "one of standard, chunked, linear, sparse", 'Did you mean "linear"'],
    ],
    ["duplicate in an override", {}, options({ n: [1, 1] }), ["command line, n", "1 is listed twice"]],
    [
      "duplicate in the spec",
      { axes: { ...soundSpec.axes, n: [2, 2] } },
      {},
      ["sound.ts, axis n", "2 is listed twice"],
    ],
    [
      "NaN in the spec",
      { axes: { ...soundSpec.axes, n: [Number.NaN] } },
      {},
      ["sound.ts, axes.n[0]", "a number, text, boolean or null"],
    ],
    [
      "infinity in the spec",
      { axes: { ...soundSpec.axes, n: [Number.POSITIVE_INFINITY] } },
      {},
      ["sound.ts, axes.n[0]"],
    ],
    ["a big integer in the spec", { axes: { ...soundSpec.axes, n: [1n] } }, {}, ["sound.ts, axes.n[0]"]],
    [
      "an empty axis",
      { axes: { ...soundSpec.axes, n: [] } },
      {},
      ["sound.ts, axes.n", "[] does not fit", "at least one value"],
    ],
    [
      "an axis that is no list",
      { axes: { n: 5 } },
      {},
      ["sound.ts, axes.n: 5 does not fit", "a list of at least one value"],
    ],
    [
      "no axes",
      { axes: undefined },
      {},
      ["sound.ts, axes: is missing", "an object with a list of values for each axis"],
    ],
    [
      "unknown profile",
      { profiles: { quick: {}, full: {} } },
      { profile: "fulll" },
      ["sound.ts, profile", '"fulll" is not one of quick, full', 'Did you mean "full"'],
    ],
    ["profile asked for and none there", {}, { profile: "full" }, ["sound.ts", 'no profile "full"', "has none"]],
    [
      "unknown default profile",
      { profiles: { quick: {} }, defaultProfile: "fast" },
      {},
      ['"fast" is not one of quick'],
    ],
    [
      "unknown axis in a profile",
      { profiles: { quick: { axes: { mm: [1] } } } },
      {},
      ["sound.ts, profile axis mm", 'Did you mean "m"'],
    ],
    [
      "bad value in a profile",
      { profiles: { quick: { axes: { n: [0] } } } },
      {},
      ["sound.ts, profile axis n", "0 is not allowed"],
    ],
    [
      "unknown axis in include",
      { include: [{ k: [1] }] },
      {},
      ["sound.ts, include[0].k", '"k" is not one of n, m, variant'],
    ],
    ["bad value in include", { include: [{ n: [0] }] }, {}, ["sound.ts, include[0].n", "0 is not allowed"]],
    [
      "unknown column in a fit",
      { fits: { ...soundSpec.fits, law: { ...soundSpec.fits.law, column: "sise" } } },
      {},
      ["sound.ts, fits.law.column", '"sise" is not one of', 'Did you mean "size"'],
    ],
    [
      "status column in a fit",
      { fits: { ...soundSpec.fits, law: { ...soundSpec.fits.law, column: "sizeStatus" } } },
      {},
      ["fits.law.column", '"sizeStatus" is not one of'],
    ],
    [
      "unknown factor",
      { fits: { ...soundSpec.fits, law: { ...soundSpec.fits.law, factors: ["k"] } } },
      {},
      ["fits.law.factors", '"k" is not one of n, m, variant'],
    ],
    [
      "factor that is no number",
      { fits: { ...soundSpec.fits, law: { ...soundSpec.fits.law, factors: ["variant"] } } },
      {},
      ["fits.law.factors", 'variant has "standard"', "numbers above 0"],
    ],
    [
      "unknown axis in by",
      { fits: { ...soundSpec.fits, law: { ...soundSpec.fits.law, by: ["varaint"] } } },
      {},
      ["fits.law.by", 'Did you mean "variant"'],
    ],
    [
      "unknown field in a fit's where",
      { fits: { ...soundSpec.fits, law: { ...soundSpec.fits.law, where: "datum.nn > 1" } } },
      {},
      ["sound.ts, fits.law.where", "datum.nn", 'Did you mean "n"'],
    ],
    [
      "unknown field in a term",
      { fits: { ...soundSpec.fits, sums: { ...soundSpec.fits.sums, candidates: { a: ["datum.q"] } } } },
      {},
      ["fits.sums.candidates.a", '"q" is not one of'],
    ],
    [
      "unknown kind of fit",
      { fits: { law: { kind: "powerlaw" } } },
      {},
      ["sound.ts, fits.law", 'fits.law.kind: "powerlaw" does not fit', "powerLaw"],
    ],
    ["where that does not parse", { where: "datum.n <" }, {}, ["sound.ts, where", "does not parse"]],
    [
      "where over a measured column",
      { where: "datum.size > 1" },
      {},
      ["sound.ts, where", '"size" is not one of n, m, variant'],
    ],
    ["where that is always false", { where: "datum.n > 99" }, {}, ["sound.ts", "no cell is left", '"datum.n > 99"']],
    ["unknown field of the spec", { questoin: "?" }, {}, ["sound.ts", '"questoin"', 'Did you mean "question"']],
    [
      "unknown field of a chart",
      { charts: [{ ...soundSpec.charts[0], titel: "x" }] },
      {},
      ["sound.ts, charts[0]", '"titel"', 'Did you mean "title"'],
    ],
    [
      "unknown channel",
      { charts: [{ ...soundSpec.charts[0], encoding: { colour: { field: "n" } } }] },
      {},
      ["sound.ts, charts[0].encoding", '"colour"', "color"],
    ],
    [
      "unknown field of a channel",
      { charts: [{ ...soundSpec.charts[0], encoding: { x: { feild: "n" } } }] },
      {},
      ["charts[0].encoding.x", '"feild"', 'Did you mean "field"'],
    ],
    [
      "unknown mark",
      { charts: [{ ...soundSpec.charts[0], mark: "lines" }] },
      {},
      ["charts[0].mark", '"lines" does not fit', "one of line, point"],
    ],
    [
      "unknown column in a chart",
      { charts: [{ ...soundSpec.charts[0], encoding: { y: { field: "tme" } } }] },
      {},
      ["charts.sizes.encoding.y", 'Did you mean "time"'],
    ],
    [
      "unknown fit in a chart",
      { charts: [{ ...soundSpec.charts[0], fit: "lww" }] },
      {},
      ["charts.sizes.fit", '"lww" is not one of law, sums', 'Did you mean "law"'],
    ],
    [
      "unknown field in a filter",
      { charts: [{ ...soundSpec.charts[0], filter: "datum.x" }] },
      {},
      ["charts.sizes.filter"],
    ],
    [
      "two charts of one name",
      { charts: [soundSpec.charts[0], soundSpec.charts[0]] },
      {},
      ["sound.ts, charts", '"sizes" is given twice'],
    ],
    [
      "two claims of one name",
      { claims: [soundSpec.claims[0], soundSpec.claims[0]] },
      {},
      ['"positive" is given twice'],
    ],
    [
      "unknown column in a claim",
      { claims: [{ ...soundSpec.claims[1], column: "sizes" }] },
      {},
      ["sound.ts, claims.small.column", 'Did you mean "size"'],
    ],
    [
      "bound without a bound",
      { claims: [{ ...soundSpec.claims[1], atMost: undefined }] },
      {},
      ["sound.ts, claims.small", "atMost, atLeast or both"],
    ],
    [
      "unknown field in a claim's test",
      { claims: [{ ...soundSpec.claims[0], test: "datum.sice > 0" }] },
      {},
      ["sound.ts, claims.positive.test", 'Did you mean "size"'],
    ],
    [
      "claim's test that does not parse",
      { claims: [{ ...soundSpec.claims[0], test: "datum.size >" }] },
      {},
      ["claims.positive.test", "does not parse"],
    ],
    [
      "unknown fit in a claim",
      { claims: [{ ...soundSpec.claims[2], fit: "laws" }] },
      {},
      ["claims.grows.fit", 'Did you mean "law"'],
    ],
    [
      "terms claim on a power law",
      { claims: [{ ...soundSpec.claims[3], fit: "law" }] },
      {},
      ["sound.ts, claims.has-n.fit", "not a terms fit"],
    ],
    [
      "exponents claim on terms",
      { claims: [{ ...soundSpec.claims[2], fit: "sums" }] },
      {},
      ["sound.ts, claims.grows.fit", "not a powerLaw fit"],
    ],
    [
      "exponent of what is no factor",
      { claims: [{ ...soundSpec.claims[2], expect: { m: 1 } }] },
      {},
      ["claims.grows.expect", '"m" is not one of n'],
    ],
    [
      "term that no candidate has",
      { claims: [{ ...soundSpec.claims[3], present: ["datum.m"] }] },
      {},
      ["claims.has-n", '"datum.m" is not one of datum.n'],
    ],
    [
      "group by what the fit is not split by",
      { claims: [{ ...soundSpec.claims[2], group: { n: 1 } }] },
      {},
      ["claims.grows.group", '"n" is not one of variant'],
    ],
    [
      "group value that no measure takes",
      { claims: [{ ...soundSpec.claims[2], group: { variant: "linaer" } }] },
      {},
      ["claims.grows.group.variant", 'Did you mean "linear"'],
    ],
    [
      "within below 0",
      { claims: [{ ...soundSpec.claims[2], within: -1 }] },
      {},
      ["claims[0].within: -1 does not fit", "a number of at least 0"],
    ],
    [
      "a name that is no file name",
      { name: "My Sweep" },
      {},
      ["sound.ts, name", '"My Sweep" does not fit', "lower-case words joined by hyphens"],
    ],
    ["a path as name", { name: "../../etc" }, {}, ["sound.ts, name"]],
    ["a profile name with spaces", { profiles: { "my profile": {} } }, {}, ["profiles.my profile", "lower-case words"]],
    ["no measures", { measures: [] }, {}, ["sound.ts, measures", "[] does not fit", "at least one measure"]],
    ["a measure that was not called", { measures: [direct] }, {}, ["measures[0]", "is not a measure; call it"]],
    ["a measure listed twice", { measures: [timed(), timed()] }, {}, ["measures[1]", "time is listed twice"]],
    ["seed that is no whole number", {}, { seed: 0.5 }, ["seed", "0.5"]],
    ["seed in the spec", { seed: 1.5 }, {}, ["sound.ts, seed: 1.5 does not fit", "a whole number"]],
    [
      "no time to sample",
      { sampling: { budgetSeconds: 0 } },
      {},
      ["sampling.budgetSeconds: 0 does not fit", "seconds, above 0"],
    ],
    [
      "rounds the wrong way round",
      { sampling: { minimumRounds: 50, maximumRounds: 10 } },
      {},
      ["sampling", "minimumRounds is above maximumRounds"],
    ],
    ["deadline", { deadlineSeconds: -1 }, {}, ["deadlineSeconds: -1 does not fit", "above 0"]],
  ])("%s", (_, changes, given, parts) => {
    const message = messageOf(() => countPoints(normalized(changes, given)));
    for (const part of parts) {
      if (typeof part === "string") expect(message).toContain(part);
      else expect(message).toMatch(part);
    }
  });

  test("what a file exports by default", () => {
    expect(messageOf(() => normalize(undefined, { file: "x.ts" }))).toMatch(/x\.ts: its default export is missing/);
    expect(messageOf(() => normalize({ ...soundSpec }, { file: "x.ts" }))).toMatch(/not an experiment; write export/);
  });

  test("a parameter that a measure cannot do without", () => {
    const needy = direct("needy", () => 1, { parameters: { k: z.int().describe("keys kept, a whole number") } });
    expect(messageOf(() => sweep({ axes: { n: [1] }, measures: [needy, timed()] }))).toBe(
      'sound.ts, axes: the measure needy needs the axis "k" (keys kept, a whole number); give it at least one value.',
    );
  });

  test("a combination that a measure refuses", () => {
    const picky = direct("picky", () => 1, { check: ({ n }) => (n === 4 ? "4 is too much today" : undefined) });
    const message = messageOf(() => countPoints(sweep({ measures: [picky] })));
    expect(message).toContain("the measure picky cannot take n=4 m=8 variant=standard: 4 is too much today");
  });

  test("columns that clash", () => {
    const clash = (name: string) => sweep({ measures: [direct(name, () => 1)] });
    expect(messageOf(() => clash("n"))).toContain("two columns are called n");
    expect(messageOf(() => clash("status"))).toContain("two columns are called status");
    const twice = [direct("a", () => 1), { ...direct("b", () => 1), columns: { a: column() } }];
    expect(messageOf(() => sweep({ measures: twice }))).toContain("the column a of b is already one of a");
  });

  test("a baseline that is no arm, or no value of it", () => {
    const baseline = (parameters: object) => sweep({ measures: [timed({ baseline: parameters as never })] });
    expect(messageOf(() => baseline({ n: 1 }))).toContain('baseline: "n" is not one of variant');
    expect(messageOf(() => baseline({ variant: "standrad" }))).toContain('Did you mean "standard"');
  });
});

/** Values like those of JSON, and now and then what JSON does not have. */
const anything = fc.anything({
  maxDepth: 3,
  withBigInt: true,
  withNullPrototype: true,
  withSparseArray: true,
  values: [
    fc.constantFrom("n", "datum.n", "size", "law", 1, 0, -1, null, "kind", Number.NaN),
    fc.string(),
    fc.double(),
  ],
});

test("arbitrary specs throw nothing but InputError", () => {
  const keys = Object.keys(normalizedKeys());
  const spec = fc.oneof(
    fc.dictionary(fc.constantFrom(...keys, "extra", "__proto__"), anything),
    fc.dictionary(fc.constantFrom(...keys), anything, { maxKeys: 3 }).map((changes) => ({ ...soundSpec, ...changes })),
  );
  fc.assert(
    fc.property(spec, (changed) => {
      attempt(() => countPoints(normalize(defineExperiment(changed as never), { file: "fuzz.ts" })));
    }),
    { numRuns: 3000 },
  );
});

test("a sound spec with any one leaf replaced throws nothing but InputError", () => {
  const paths = leaves(soundSpec, []);
  fc.assert(
    fc.property(fc.constantFrom(...paths), anything, (path, value) => {
      const changed = replace(soundSpec, path, value);
      attempt(() => countPoints(normalize(defineExperiment(changed as never), { file: "fuzz.ts" })));
    }),
    { numRuns: 3000 },
  );
});

test("arbitrary overrides throw nothing but InputError", () => {
  const overrides = fc.dictionary(fc.oneof(fc.constantFrom("n", "m", "variant"), fc.string()), fc.array(anything));
  fc.assert(
    fc.property(overrides, (given) => {
      attempt(() => countPoints(normalized({}, { overrides: given as never })));
    }),
    { numRuns: 1000 },
  );
});

function attempt(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.message.length).toBeGreaterThan(10);
  }
}

function normalizedKeys(): object {
  const all = { include: 0, where: 0, profiles: 0, defaultProfile: 0, seed: 0, sampling: 0, deadlineSeconds: 0 };
  return { ...soundSpec, ...all };
}

function leaves(value: unknown, path: readonly PropertyKey[]): PropertyKey[][] {
  if (typeof value !== "object" || value === null) return [[...path]];
  return [[...path], ...Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]))].filter(
    ({ length }) => length > 0,
  );
}

function replace(value: unknown, [key, ...rest]: readonly PropertyKey[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy: Record<PropertyKey, unknown> = Array.isArray(value) ? ([...value] as never) : { ...(value as object) };
  copy[key] = replace(copy[key], rest, by);
  return copy;
}
