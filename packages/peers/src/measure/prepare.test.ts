import { UnsupportedError } from "@xattn/measures";
import { expect, test } from "vitest";
import { problemOf } from "../inputs/problem.ts";
import type { Peer } from "../peer.ts";
import { xattnPlain } from "../xattn/plain.ts";
import { AccuracyError, checkPeer } from "./prepare.ts";
import { referenceRows } from "./reference-rows.ts";

const shape = { heads: 2, keyHeads: 2, n: 5, m: 3, d: 4, e: 4 };
const problem = problemOf(shape, 1);
const subject = { problem, reference: referenceRows(problem, 1) };

/** The plain backend, with its output bent: what a library with a defect would hand back. */
function bent(versions: Peer["versions"], bend: (output: Float32Array) => void, onDispose = () => {}): Peer {
  return {
    name: "bent",
    title: "",
    versions,
    async create(given, threads) {
      const prepared = await xattnPlain.create(given, threads);
      return {
        run: () => prepared.run(),
        async output() {
          const output = (await prepared.output()).slice();
          bend(output);
          return output;
        },
        dispose: onDispose,
      };
    },
  };
}

const other = { bent: "1.0.0" };

test("a right output passes, with its error", async () => {
  const { prepared, error } = await checkPeer(xattnPlain, subject, 1);
  expect(error).toBeGreaterThan(0);
  expect(error).toBeLessThan(1e-6);
  await prepared.dispose();
});

test.each([
  ["a scale that is off", (output: Float32Array) => output.set(output.map((value) => value * 1.001))],
  ["NaN", (output: Float32Array) => output.fill(Number.NaN, 3, 4)],
  ["zeros", (output: Float32Array) => output.fill(0)],
])("a library whose output has %s is unsupported, and given back", async (_, bend) => {
  let disposed = 0;
  const checking = checkPeer(
    bent(other, bend, () => {
      disposed += 1;
    }),
    subject,
    1,
  );
  await expect(checking).rejects.toThrow(UnsupportedError);
  await expect(checking).rejects.toThrow(/^bent: wrong: its output errs by /);
  expect(disposed).toBe(1);
});

test("an error of this project's own is no refusal", async () => {
  await expect(
    checkPeer(
      bent({}, (output) => output.fill(0)),
      subject,
      1,
    ),
  ).rejects.toThrow(AccuracyError);
});

test("what a library throws is the reason why it is unsupported", async () => {
  const broken: Peer = {
    name: "broken",
    title: "",
    versions: other,
    create: () => Promise.reject(new Error("out of memory")),
  };
  await expect(checkPeer(broken, subject, 1)).rejects.toThrow(new UnsupportedError("broken: out of memory"));
});
