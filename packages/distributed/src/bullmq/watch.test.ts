import { createHash } from "node:crypto";
import type { Cell } from "@xattn/runner";
import { expect, test } from "vitest";
import type { Lane } from "../run/chunk.ts";
import type { Hosts } from "./hosts.ts";
import { Outstanding } from "./outstanding.ts";
import { Watch } from "./watch.ts";

const cell = (n: number): Cell => ({
  hash: createHash("sha256").update(String(n)).digest("hex"),
  measure: "size",
  parameters: { n },
  seed: 1,
});
function chunksIn(lane: Lane) {
  const outstanding = new Outstanding();
  const cells = [cell(1), cell(2)];
  outstanding.add("chunk", { id: "j", measure: "size", exclusive: lane === "alone", cells, companions: [] });
  return outstanding.chunks();
}
const hosts = (
  workers: readonly { busy: number; lanes: readonly Lane[] }[],
  refusals: Record<string, string> = {},
): Hosts => ({
  workers: workers.map((worker) => ({ host: "a", concurrency: 1, ...worker })),
  refusals: new Map(Object.entries(refusals)),
});
function watchFor(start = 0) {
  let time = start;
  const watch = new Watch({ waitSeconds: 10, stallSeconds: 30, howToStart: "exp worker", now: () => time });
  const at = (seconds: number) => {
    time = 1000 * seconds;
  };
  return { watch, at };
}

test("waits as long as it was told for a worker, and says what for", () => {
  const { watch, at } = watchFor();
  at(9);
  watch.look(hosts([]), chunksIn("shared"));
  at(11);
  expect(() => watch.look(hosts([]), chunksIn("shared"))).toThrow(
    /no worker is there \(waited 10 s for one to take 2 cells \(size\)\).*exp worker/,
  );
  expect(() => watch.look(hosts([], { b: "Node 22" }), chunksIn("shared"))).toThrow(/^no worker matches: b: Node 22/);
});

test("a worker of the other lane does not count", () => {
  const { watch, at } = watchFor();
  at(11);
  expect(() => watch.look(hosts([{ busy: 0, lanes: ["shared"] }]), chunksIn("alone"))).toThrow(
    /with the machine to themselves/,
  );
});

test("workers at work may take their time; idle ones with chunks left may not", () => {
  const { watch, at } = watchFor();
  for (let seconds = 0; seconds < 200; seconds += 5) {
    at(seconds);
    watch.look(hosts([{ busy: 1, lanes: ["shared"] }]), chunksIn("shared"));
  }
  at(224);
  watch.look(hosts([{ busy: 0, lanes: ["shared"] }]), chunksIn("shared"));
  at(226);
  expect(() => watch.look(hosts([{ busy: 0, lanes: ["shared"] }]), chunksIn("shared"))).toThrow(
    /Nothing got on for 30 s: waited for 2 cells \(size\), and a had nothing in hand/,
  );
});

test("a refusal is told once", () => {
  const { watch } = watchFor();
  const both = hosts([], { b: "Node 22" });
  expect(watch.look(both, chunksIn("shared"))).toEqual(["b refuses: Node 22"]);
  expect(watch.look(both, chunksIn("shared"))).toEqual([]);
});

test("an outcome counts once, and only for a cell that was handed out", () => {
  const outstanding = new Outstanding();
  const cells = [cell(1), cell(2)];
  outstanding.add("chunk", { id: "j", measure: "size", exclusive: false, cells, companions: [] });
  const outcome = (n: number) => ({
    ...{ cell: cell(n).hash, measure: "forged", parameters: { n: 99 }, seed: 7 },
    ...{ status: "ok" as const, seconds: 0, at: "" },
  });
  expect(outstanding.settle(outcome(3))).toBeUndefined();
  expect(outstanding.settle(outcome(1))).toMatchObject({
    finished: undefined,
    outcome: { measure: "size", parameters: { n: 1 }, seed: 1 },
  });
  expect(outstanding.settle(outcome(1))).toBeUndefined();
  expect([...outstanding.open()]).toEqual([cell(2).hash]);
  expect(outstanding.settle(outcome(2))?.finished).toBe("chunk");
  expect([outstanding.size, outstanding.cells]).toEqual([0, 0]);
});
