import { createHash } from "node:crypto";
import type { Cell, Job } from "@xattn/runner";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chunkId, chunksOf, oneByOne, parseJob } from "./chunk.ts";
import { mismatches, type RunFacts } from "./description.ts";
import { parseOutcomes } from "./outcome.ts";

const cell = (n: number): Cell => ({
  hash: createHash("sha256").update(String(n)).digest("hex"),
  measure: "size",
  parameters: { n },
  seed: 1,
});
const job = (count: number, exclusive = false): Job => ({
  id: "job",
  measure: "size",
  exclusive,
  cells: Array.from({ length: count }, (_, n) => cell(n)),
  companions: [],
});

describe("chunks", () => {
  test("hold every cell that is not skipped, once and in order, and no more than they may", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 1, max: 20 }),
        fc.func(fc.boolean()),
        (count, most, skip) => {
          const skipped = new Set(
            job(count)
              .cells.filter(({ hash }) => skip(hash))
              .map(({ hash }) => hash),
          );
          const chunks = chunksOf(job(count), most, ({ hash }) => skipped.has(hash));
          expect(chunks.flatMap(({ cells }) => cells)).toEqual(
            job(count).cells.filter(({ hash }) => !skipped.has(hash)),
          );
          for (const { cells } of chunks) {
            expect(cells.length).toBeGreaterThan(0);
            expect(cells.length).toBeLessThanOrEqual(most);
          }
          expect(new Set(chunks.map(chunkId)).size).toBe(chunks.length);
        },
      ),
    );
  });

  test("a block stays whole, and arms that are known take part without being recorded again", () => {
    const [chunk, ...others] = chunksOf(job(5, true), 2, ({ parameters }) => parameters.n === 3);
    expect(others).toEqual([]);
    expect(chunk!.cells.map(({ parameters }) => parameters.n)).toEqual([0, 1, 2, 4]);
    expect(chunk!.companions.map(({ parameters }) => parameters.n)).toEqual([3]);
  });

  test("are named by what they compute: letters and digits, and another name for other companions", () => {
    const one = chunkId(job(3));
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(chunkId({ ...job(3), id: "another" })).toBe(one);
    expect(chunkId({ ...job(3), companions: [cell(9)] })).not.toBe(one);
    expect(chunkId({ ...job(2), companions: [cell(2)] })).not.toBe(one);
  });

  test("survive JSON, and what is no job is refused", () => {
    expect(parseJob(JSON.parse(JSON.stringify(job(2, true))))).toEqual(job(2, true));
    expect(() => parseJob({ ...job(1), cells: [] })).toThrow();
    expect(() => parseJob({ ...job(1), cells: [{ ...cell(1), hash: "../x" }] })).toThrow();
  });

  test("one by one, each cell is alone", () => {
    const block = { ...job(3, true), companions: [cell(7)] };
    const parts = oneByOne(block, block.cells.slice(1));
    expect(parts.map(({ cells, companions }) => [cells.length, companions.length])).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });
});

test("a machine that differs is told in what, one after the other", () => {
  const facts: RunFacts = {
    schema: 1,
    nodeMajor: 24,
    lockfileHash: "a".repeat(64),
    sourceHash: "b".repeat(64),
    planHash: "c",
  };
  expect(mismatches(facts, facts)).toEqual([]);
  expect(mismatches(facts, { ...facts, nodeMajor: 22, lockfileHash: null, sourceHash: "d".repeat(64) })).toEqual([
    "Node 22 where the run has 24",
    "lockfile none where the run has aaaaaaaaaaaa",
    "source dddddddddddd where the run has bbbbbbbbbbbb",
  ]);
  expect(mismatches(facts, { ...facts, planHash: "e" })).toEqual(["plan e where the run has c"]);
});

test("outcomes of another process are taken whole or not at all", () => {
  const outcome = {
    ...{ cell: cell(1).hash, measure: "size", parameters: { n: 1 }, seed: 1, status: "ok", values: { size: 2 } },
    ...{ host: { name: "a", fingerprint: "b" }, attempts: 2, seconds: 0.1, at: "2026-01-01T00:00:00.000Z" },
  };
  expect(parseOutcomes(JSON.stringify([outcome]))).toEqual([outcome]);
  expect(parseOutcomes(JSON.stringify([outcome, { ...outcome, status: "fine" }]))).toBeUndefined();
  expect(parseOutcomes(JSON.stringify([outcome]).slice(1))).toBeUndefined();
});
