import type { Parameters } from "@xattn/measures/contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { direct, timed } from "../../fixtures/measures.ts";
import { sweep } from "../../fixtures/specs.ts";
import { canonicalJson } from "./canonical.ts";
import { cellAt, countPoints, describe as describePoint, type Job, jobs, planHash, points } from "./plan.ts";

const size = () => direct("size", () => 1);
const none: ReadonlySet<string> = new Set();
const cellsOf = (list: readonly Job[]) => list.flatMap((job) => job.cells);

test("points come in the order of the table: the last axis turns fastest", () => {
  const experiment = sweep({ axes: { n: [2, 1], variant: ["standard", "linear"] }, measures: [size()] });
  expect([...points(experiment)].map(describePoint)).toEqual([
    ...["n=2 variant=standard", "n=2 variant=linear"],
    ...["n=1 variant=standard", "n=1 variant=linear"],
  ]);
});

test("points of include come once, after the product, under the same condition", () => {
  const experiment = sweep({
    axes: { n: [1, 2], m: [8] },
    include: [{ n: [2, 4] }, { n: [4, 64], m: [8, 9] }],
    where: "datum.n < 64",
    measures: [size()],
  });
  expect([...points(experiment)].map(describePoint)).toEqual(["n=1 m=8", "n=2 m=8", "n=4 m=8", "n=4 m=9"]);
});

const axis = fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 });
const variants = fc.subarray(["standard", "chunked", "linear", "sparse"], { minLength: 1 });
type Condition = "true" | "datum.n <= datum.m" | "datum.n % 2 == 0" | "datum.variant == 'linear'";
const plans = fc.record({
  axes: fc.record({ n: axis, m: axis, variant: variants }),
  include: fc.array(fc.record({ n: axis, m: axis, variant: variants }, { requiredKeys: [] }), { maxLength: 3 }),
  where: fc.constantFrom<Condition>("true", "datum.n <= datum.m", "datum.n % 2 == 0", "datum.variant == 'linear'"),
});

test("every point of product and include that passes, and no other, is there once", () => {
  fc.assert(
    fc.property(plans, ({ axes, include, where }) => {
      const experiment = sweep({ axes, include, where, measures: [size()] });
      const wanted = new Set<string>();
      for (const product of [axes, ...include.map((more) => ({ ...axes, ...more }))]) {
        for (const n of product.n)
          for (const m of product.m)
            for (const variant of product.variant) {
              const passes = {
                true: true,
                "datum.n <= datum.m": n <= m,
                "datum.n % 2 == 0": n % 2 === 0,
                "datum.variant == 'linear'": variant === "linear",
              };
              if (passes[where]) wanted.add(canonicalJson({ n, m, variant }));
            }
      }
      const found = [...points(experiment)].map((point) => canonicalJson(point));
      expect(new Set(found).size).toBe(found.length);
      expect(new Set(found)).toEqual(wanted);
      if (wanted.size > 0) expect(countPoints(experiment)).toBe(wanted.size);
      else expect(() => countPoints(experiment)).toThrow(/no cell is left/);
    }),
  );
});

test("jobs hold every cell that is not known once; cells of a timed job differ in their arms alone", () => {
  fc.assert(
    fc.property(plans, fc.func(fc.boolean()), ({ axes, include, where }, isKnown) => {
      const measures = [timed(), size()];
      const experiment = sweep({ axes, include, where, measures });
      const all = measures.flatMap((measure) => [...points(experiment)].map((point) => cellAt(point, measure, 1).hash));
      const known = new Set(all.filter((hash) => isKnown(hash)));
      const planned = [...jobs(experiment, known)];
      const hashes = cellsOf(planned).map(({ hash }) => hash);
      expect(new Set(hashes).size).toBe(hashes.length);
      expect(new Set(hashes)).toEqual(new Set(all.filter((hash) => !known.has(hash))));
      for (const job of planned) {
        const rest = ({ variant: _, ...others }: Parameters) => canonicalJson(others);
        if (job.measure !== "time") continue;
        expect(job.exclusive).toBe(true);
        const together = [...job.cells, ...job.companions];
        expect(new Set(together.map(({ parameters }) => rest(parameters))).size).toBe(1);
        for (const companion of job.companions) {
          expect(companion.parameters.variant).toBe("standard");
          expect(known.has(companion.hash)).toBe(true);
        }
      }
    }),
  );
});

test("a plan of a billion points is lazy", () => {
  const many = Array.from({ length: 1000 }, (_, index) => index + 1);
  const experiment = sweep({ axes: { n: many, m: many, action: many.map(String) }, measures: [size(), timed()] });
  const before = process.memoryUsage().heapUsed;
  expect(take(points(experiment), 10)).toHaveLength(10);
  expect(take(jobs(experiment, none), 1000)).toHaveLength(1000);
  const source = points(experiment);
  for (let count = 0; count < 200_000; count += 1) source.next();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(200e6);
});

function take<Item>(source: Iterable<Item>, count: number): Item[] {
  const items: Item[] = [];
  for (const item of source) {
    items.push(item);
    if (items.length === count) break;
  }
  return items;
}

describe("jobs", () => {
  test("direct measures come first, sixty-four cells at a time", () => {
    const axes = { n: Array.from({ length: 100 }, (_, index) => index + 1), variant: ["standard", "linear"] };
    const planned = [...jobs(sweep({ axes, measures: [timed(), size()] }), none)];
    expect(planned.slice(0, 5).map(({ measure, cells }) => [measure, cells.length])).toEqual([
      ...[1, 2, 3].map(() => ["size", 64]),
      ["size", 8],
      ["time", 2],
    ]);
    expect(new Set(planned.map(({ id, measure }) => `${measure}/${id}`)).size).toBe(planned.length);
  });

  test("on resume the baseline runs beside the arms that are left, and is not recorded again", () => {
    const measure = timed();
    const experiment = sweep({ axes: { n: [1], variant: ["standard", "linear", "sparse"] }, measures: [measure] });
    const at = (variant: string) => cellAt({ n: 1, variant }, measure, 1).hash;
    const [job, ...rest] = [...jobs(experiment, new Set([at("standard"), at("sparse")]))];
    expect(rest).toEqual([]);
    expect(job!.cells.map(({ hash }) => hash)).toEqual([at("linear")]);
    expect(job!.companions.map(({ hash }) => hash)).toEqual([at("standard")]);
  });
});

test("the hash of a cell follows parameters in any order, seed, measure and version", () => {
  const hash = (point: Parameters, measure = size(), seed = 1) => cellAt(point, measure, seed).hash;
  expect(hash({ n: 1, m: 2 })).toBe(hash({ m: 2, n: 1 }));
  const others = [hash({ n: 1, m: 3 }), hash({ n: 1, m: 2 }, size(), 2), hash({ n: "1", m: 2 })];
  others.push(
    hash({ n: 1, m: 2 }, { ...size(), version: 2 } as never),
    hash({ n: 1, m: 2 }, direct("s", () => 1) as never),
  );
  expect(new Set([hash({ n: 1, m: 2 }), ...others]).size).toBe(6);
});

test("the hash of a plan changes with all that changes cells or samples, and with nothing else", () => {
  const base = { axes: { n: [1], m: [2] }, measures: [size()] };
  const hash = (changes: object, options = {}) => planHash(sweep({ ...base, ...changes }, options));
  const others = [
    hash({}, { seed: 2 }),
    hash({ axes: { n: [1, 2], m: [2] } }),
    hash({ where: "datum.n > 0" }),
    hash({ measures: [{ ...size(), version: 2 }] }),
    hash({ sampling: { budgetSeconds: 2 } }),
    hash({ include: [{ n: [3] }] }),
  ];
  expect(new Set([hash({}), ...others]).size).toBe(7);
  expect(hash({ title: "Another", question: "Why?" })).toBe(hash({}));
});
