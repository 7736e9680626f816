import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/folders.ts";
import { LedgerError, StoreError } from "../errors/errors.ts";
import { openLedger, repairTail, scanLedger } from "./ledger.ts";
import { decodeLine, encodeLine } from "./line.ts";
import type { Outcome } from "./outcome.ts";

const outcome = (cell: string, message = "went wrong"): Outcome => ({
  cell,
  measure: "size",
  parameters: { n: 1, variant: "linear" },
  seed: 1,
  status: "failed",
  error: { name: "Error", message },
  seconds: 0.25,
  at: "2026-01-01T00:00:00.000Z",
});

const file = () => join(temporaryFolder(), "ledger.jsonl");

function write(path: string, outcomes: readonly Outcome[]): void {
  const ledger = openLedger(path);
  ledger.append(outcomes);
  ledger.close();
}

async function read(path: string) {
  const outcomes: Outcome[] = [];
  const scan = await scanLedger(path, (item) => outcomes.push(item));
  return { outcomes, scan };
}

test("what is written comes back, whatever the text", async () => {
  const path = file();
  const nasty = ["\u2028\u2029", "😀 ﷽", "a\nb\r\nc", "\0\u0001", "\ud800", '"sum":"00000000"}', "x".repeat(3_000_000)];
  const outcomes = nasty.map((message, index) => outcome(String(index), message));
  write(path, outcomes.slice(0, 3));
  write(path, outcomes.slice(3));
  const { outcomes: back, scan } = await read(path);
  expect(back).toEqual(outcomes);
  expect(scan).toMatchObject({ lines: nasty.length, damagedBytes: 0, soundBytes: readFileSync(path).length });
});

test("a ledger that is not there is empty", async () => {
  expect((await read(file())).scan).toEqual({ lines: 0, soundBytes: 0, damagedBytes: 0 });
});

test("lines round-trip, and any changed character is seen", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (text, at, by) => {
      const line = encodeLine(outcome("c", text)).slice(0, -1);
      expect(decodeLine(line)).toEqual(outcome("c", text));
      const place = at % line.length;
      const changed = line.slice(0, place) + by + line.slice(place + 1);
      if (changed !== line) expect(decodeLine(changed)).toBeUndefined();
      expect(decodeLine(line.slice(0, place))).toBeUndefined();
    }),
  );
});

test("a last line cut off at any byte is set aside, and the next append is sound", async () => {
  const path = file();
  write(path, [outcome("one"), outcome("two")]);
  const sound = readFileSync(path);
  const last = Buffer.from(encodeLine(outcome("three", "wörld 😀")));
  for (let length = 1; length < last.length; length += 1) {
    const cut = file();
    writeFileSync(cut, Buffer.concat([sound, last.subarray(0, length)]));
    const { outcomes, scan } = await read(cut);
    expect(outcomes.map(({ cell }) => cell)).toEqual(["one", "two"]);
    expect(scan).toEqual({ lines: 2, soundBytes: sound.length, damagedBytes: length });
    await repairTail(cut, scan);
    expect(readFileSync(cut).equals(sound)).toBe(true);
    expect(readFileSync(`${cut}.damaged`).equals(Buffer.concat([last.subarray(0, length), Buffer.from("\n")]))).toBe(
      true,
    );
    write(cut, [outcome("four")]);
    expect((await read(cut)).outcomes.map(({ cell }) => cell)).toEqual(["one", "two", "four"]);
  }
});

test("a whole last line with a flipped bit is set aside too", async () => {
  const path = file();
  write(path, [outcome("one"), outcome("two")]);
  const bytes = readFileSync(path);
  bytes[bytes.length - 40]! ^= 1;
  writeFileSync(path, bytes);
  const { outcomes, scan } = await read(path);
  expect(outcomes.map(({ cell }) => cell)).toEqual(["one"]);
  expect(scan.damagedBytes).toBe(bytes.length - scan.soundBytes);
});

test("a damaged line in the middle is refused with file and line, and nothing is changed", async () => {
  const path = file();
  write(
    path,
    ["one", "two", "three"].map((cell) => outcome(cell)),
  );
  const lines = readFileSync(path, "utf8").split("\n");
  lines[1] = lines[1]!.replace("linear", "lineax");
  writeFileSync(path, lines.join("\n"));
  const before = readFileSync(path);
  const refused = read(path);
  await expect(refused).rejects.toThrow(LedgerError);
  await expect(refused).rejects.toThrow(`${path}, line 2: the line is damaged`);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("a ledger can be read while a run appends to it", async () => {
  const path = file();
  write(
    path,
    Array.from({ length: 2000 }, (_, index) => outcome(String(index), "x".repeat(1000))),
  );
  let seen = 0;
  await scanLedger(path, () => {
    seen += 1;
    if (seen % 100 === 0) appendFileSync(path, encodeLine(outcome(`late ${seen}`)).repeat(3));
  });
  expect(seen).toBe(2000);
});

test("a place that cannot be written is a StoreError", () => {
  expect(() => openLedger(join(temporaryFolder(), "absent", "ledger.jsonl"))).toThrow(StoreError);
});

test("a hundred thousand lines are read in a moment", async () => {
  const path = file();
  const lines = Array.from({ length: 100_000 }, (_, index) =>
    encodeLine({ ...outcome(String(index)), values: { size: index } }),
  );
  writeFileSync(path, lines.join(""));
  const start = performance.now();
  let count = 0;
  await scanLedger(path, () => {
    count += 1;
  });
  expect(count).toBe(100_000);
  expect(performance.now() - start).toBeLessThan(10_000);
  console.info(`scan of 100,000 lines: ${(performance.now() - start).toFixed(0)} ms`);
});
