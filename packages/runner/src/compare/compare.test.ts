import { describe, expect, test } from "vitest";
import { busyMachine, simulatedRun } from "../../fixtures/compared.ts";
import { environment } from "../../fixtures/run.ts";
import { normalized, soundSpec, sweep } from "../../fixtures/specs.ts";
import { InputError } from "../errors/errors.ts";
import type { Row } from "../run-data.ts";
import { type ComparedRun, compareChange } from "./compare.ts";
import { changeExitCodes, worstChange } from "./verdict.ts";

const experiment = sweep({ axes: { n: [1, 2, 4, 8], m: [8], variant: ["standard", "linear"] } });
const cost = ({ n }: Row) => 0.1 * Number(n);
const tenthMore = (row: Row) => 1.1 * cost(row);
const run = (seed: number, of = cost) => simulatedRun(experiment, seed, of);
const timeOf = (before: ComparedRun, after: ComparedRun) =>
  compareChange(before, after).columns.find(({ column }) => column === "time")!;
const trials = Array.from({ length: 40 }, (_, index) => 1000 + 10 * index);

test("40 pairs of runs of the same code on a busy machine: at most 2 are called faster or slower", () => {
  const verdicts = trials.map((seed) => timeOf(run(seed), run(seed + 1)).verdict);
  expect(verdicts.filter((verdict) => verdict === "slower" || verdict === "faster").length).toBeLessThanOrEqual(2);
});

test("40 pairs of which the second does a tenth more: at least 36 are found, and none called faster", () => {
  const verdicts = trials.map((seed) => timeOf(run(seed), run(seed + 1, tenthMore)).verdict);
  expect(verdicts.filter((verdict) => verdict === "slower").length).toBeGreaterThanOrEqual(36);
  expect(verdicts).not.toContain("faster");
});

test("a machine that is slower in one run is not slower code, and its speed is told", () => {
  const steady = { ...busyMachine, modes: [1] };
  const before = simulatedRun(experiment, 1, cost, steady);
  const after = simulatedRun(experiment, 2, cost, { ...steady, modes: [1.4] });
  const change = timeOf(before, after);
  expect(["same", "ambiguous"]).toContain(change.verdict);
  expect(change.machine).toBeCloseTo(1.4, 1);
  expect(change.ratio!.estimate).toBeCloseTo(1, 1);
});

const quiet = { process: 0.001, noise: 0.003, interrupted: 0.02, modes: [1] };
const quietRun = (seed: number, of = cost, more = {}) => simulatedRun(experiment, seed, of, quiet, more);

test("on a quiet machine the same code is called the same, with an interval within the threshold", () => {
  const change = timeOf(quietRun(1), quietRun(2));
  expect(change).toMatchObject({ verdict: "same", cells: [], evidence: "8 cells" });
  expect(change.ratio!.low).toBeGreaterThan(1 / 1.02);
  expect(change.ratio!.high).toBeLessThan(1.02);
});

test("faster is slower the other way round", () => {
  expect(timeOf(quietRun(1, tenthMore), quietRun(2)).verdict).toBe("faster");
  expect(timeOf(quietRun(1), quietRun(2, tenthMore)).verdict).toBe("slower");
});

test("two cells that are slower are enough, one is named and left open, and cells both ways are ambiguous", () => {
  const slowerAt = (at: (row: Row) => boolean, factor = 1.2) => {
    return timeOf(
      quietRun(1),
      quietRun(2, (row) => cost(row) * (at(row) ? factor : 1)),
    );
  };
  const two = slowerAt(({ n, variant }) => Number(n) >= 4 && variant === "linear");
  expect(two).toMatchObject({ verdict: "slower", evidence: "8 cells, 2 slower" });
  expect(two.cells!.map(({ parameters, verdict }) => [parameters.n, parameters.variant, verdict])).toEqual([
    [4, "linear", "slower"],
    [8, "linear", "slower"],
  ]);
  expect(slowerAt(({ n, variant }) => Number(n) >= 4 && variant === "linear", 1 / 1.2).verdict).toBe("faster");
  const one = slowerAt(({ n, variant }) => n === 8 && variant === "linear");
  expect(one).toMatchObject({ verdict: "ambiguous", evidence: "8 cells, 1 slower" });
  expect(one.cells).toMatchObject([{ parameters: { n: 8, variant: "linear" }, verdict: "slower" }]);
  const both = (row: Row) => cost(row) * (row.variant === "linear" ? 1.2 : 1 / 1.2);
  expect(timeOf(quietRun(1), quietRun(2, both))).toMatchObject({
    verdict: "ambiguous",
    evidence: "8 cells, 8 of them differ by more than their samples say",
  });
});

test("the threshold is what matters: a twentieth is slower at 2 % and the same at 10 %", () => {
  const runs = [quietRun(1), quietRun(2, (row) => 1.05 * cost(row))] as const;
  const at = (threshold: number) => compareChange(...runs, { threshold }).verdict;
  expect([at(0.02), at(0.1), at(0.05)]).toEqual(["slower", "same", "ambiguous"]);
});

test("a run compared with itself is exact", () => {
  expect(compareChange(run(1), run(1)).verdict).toBe("exact");
});

test("without the reference kernel only a large change is told", () => {
  const without = (before: ComparedRun): ComparedRun => ({
    ...before,
    samples: new Map([...before.samples].map(([key, cell]) => [key, { ...cell, reference: undefined }])),
  });
  const change = timeOf(without(quietRun(1)), without(quietRun(2, tenthMore)));
  expect(change).toMatchObject({ verdict: "ambiguous", evidence: expect.stringMatching(/no reference kernel/) });
  expect(change).not.toHaveProperty("machine");
  expect(timeOf(without(quietRun(1)), without(quietRun(2, (row) => 2 * cost(row)))).verdict).toBe("slower");
});

describe("surroundings", () => {
  test("times of two hosts are never compared, deterministic columns are", () => {
    const other = { environment: { ...environment, fingerprint: "there", cpu: "another", cores: 8 } };
    const change = compareChange(quietRun(1), quietRun(2, tenthMore, other));
    expect(change.columns).toMatchObject([
      { column: "size", verdict: "exact" },
      { column: "time", verdict: "ambiguous", evidence: "two hosts (cpu, cores differ): not compared" },
    ]);
    expect(change.columns[1]).not.toHaveProperty("ratio");
    expect(change.environment).toEqual([
      { field: "cpu", before: "a processor", after: "another", host: true },
      { field: "cores", before: "2", after: "8", host: true },
    ]);
  });

  test("another runtime on the same host is named and compared; a little less memory is no other host", () => {
    const other = {
      sourceHash: "other",
      environment: { ...environment, node: "v99.0.0", memoryBytes: 0.995e9, notes: { backends: "cpu" } },
    };
    const change = compareChange(quietRun(1), quietRun(2, tenthMore, other));
    expect(change.verdict).toBe("slower");
    expect(change.environment.map(({ field, host }) => [field, host])).toEqual([
      ["node", false],
      ["backends", false],
      ["source", false],
    ]);
  });
});

describe("what is not a time", () => {
  const changed = (size: number): ComparedRun => {
    const { data, samples } = quietRun(2);
    return { samples, data: { ...data, rows: data.rows.map((row) => ({ ...row, size: Number(row.size) * size })) } };
  };

  test("a deterministic value that changes has drifted", () => {
    const change = compareChange(quietRun(1), changed(1.5));
    expect(change.columns[0]).toMatchObject({ column: "size", verdict: "drifted" });
    expect(change.verdict).toBe("drifted");
  });

  test("cells that are gone are missing, new ones do not count", () => {
    const all = quietRun(1);
    const fewer: ComparedRun = { samples: new Map([...all.samples].slice(1)), data: all.data };
    expect(timeOf(all, fewer)).toMatchObject({ verdict: "missing", evidence: "1 of 8 cells have no samples after" });
    expect(timeOf(fewer, quietRun(2)).verdict).toBe("same");
  });

  test("a measure of another version is not compared", () => {
    const after = quietRun(2);
    const spec = {
      ...after.data.manifest.spec,
      measures: after.data.manifest.spec.measures.map((measure) => ({ ...measure, version: 2 })),
    };
    const newer = { ...after, data: { ...after.data, manifest: { ...after.data.manifest, spec } } };
    for (const column of compareChange(quietRun(1), newer).columns) {
      expect(column).toMatchObject({ verdict: "ambiguous", evidence: expect.stringMatching(/version 1 then 2/) });
    }
  });

  test("claims with another verdict are told", () => {
    const claims = (verdict: "holds" | "refuted"): ComparedRun => {
      const { data, samples } = quietRun(1);
      return { samples, data: { ...data, claims: [{ name: "c", statement: "S.", verdict, evidence: "" }] } };
    };
    expect(compareChange(claims("holds"), claims("refuted")).claims).toEqual([
      { name: "c", before: "holds", after: "refuted" },
    ]);
    expect(compareChange(claims("holds"), claims("holds")).claims).toEqual([]);
  });

  test("runs of two experiments, or without a common point, are refused", () => {
    const other = simulatedRun(normalized({ name: "other", claims: [], charts: [] }), 1, cost, quiet);
    expect(() => compareChange(quietRun(1), other)).toThrow(InputError);
    expect(() => compareChange(quietRun(1), other)).toThrow(/two experiments, sound and other/);
    const apart = simulatedRun(sweep({ axes: { ...soundSpec.axes, m: [99] } }), 1, cost, quiet);
    expect(() => compareChange(quietRun(1), apart)).toThrow(/no point in common/);
  });

  test("an experiment without timed measures has no times", () => {
    const plain = sweep({ measures: [soundSpec.measures[0]] });
    const change = compareChange(simulatedRun(plain, 1, cost), simulatedRun(plain, 2, cost));
    expect(change.columns.map(({ column }) => column)).toEqual(["size"]);
    expect(change.verdict).toBe("exact");
  });
});

test("samples too few to tell are ambiguous", () => {
  const few = (seed: number): ComparedRun => {
    const { data, samples } = quietRun(seed);
    return {
      data,
      samples: new Map([...samples].map(([key, cell]) => [key, { ...cell, times: cell.times.slice(0, 2) }])),
    };
  };
  expect(timeOf(few(1), few(2))).toMatchObject({
    verdict: "ambiguous",
    evidence: "no cell has enough samples in both runs",
  });
});

test("the worst verdict decides, and the codes tell scripts apart", () => {
  expect(worstChange(["same", "faster", "ambiguous", "slower", "exact"])).toBe("slower");
  expect(worstChange(["slower", "drifted"])).toBe("drifted");
  expect(worstChange(["ambiguous", "missing"])).toBe("missing");
  expect(worstChange([])).toBe("exact");
  const codes = Object.values(changeExitCodes).filter((code) => code !== 0);
  expect(new Set(codes).size).toBe(codes.length);
  expect(Math.min(...codes)).toBe(20);
});
