import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FetchError, fetchPeers, lastFailure } from "./fetch.ts";
import { isInstalled } from "./folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "xattn-fetch-"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ dependencies: { "left-right": "1.2.3" } }));
  writeFileSync(join(folder, "pnpm-lock.yaml"), "lockfileVersion: '9.0'\n");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program that leaves what pnpm leaves, slowly, and counts how often it was started. */
const installer = [
  process.execPath,
  "-e",
  `const fs = require("node:fs");
   fs.appendFileSync("started", "x");
   setTimeout(() => {
     fs.mkdirSync("node_modules/.pnpm", { recursive: true });
     fs.copyFileSync("pnpm-lock.yaml", "node_modules/.pnpm/lock.yaml");
   }, 200);`,
] as const;

test("says what, how much, where to and how to undo; installs once for two at a time, and never again", async () => {
  const said: string[] = [];
  const options = { folder, command: installer, cache: join(folder, "cache"), say: (line: string) => said.push(line) };
  await Promise.all([fetchPeers(options), fetchPeers(options)]);
  await fetchPeers(options);
  expect(readFileSync(join(folder, "started"), "utf8")).toBe("x");
  expect(said).toHaveLength(2);
  expect(said.join("\n")).toMatch(/left-right 1\.2\.3.*MB.*node_modules; delete that folder to undo/);
  expect(said.join("\n")).toMatch(/waiting for process \d+/);
  expect(isInstalled(folder)).toBe(true);
});

test("notices a lockfile that has changed since", async () => {
  const options = { folder, command: installer, cache: join(folder, "cache"), say: () => {} };
  await fetchPeers(options);
  writeFileSync(join(folder, "pnpm-lock.yaml"), "lockfileVersion: '9.0'\n# newer\n");
  expect(isInstalled(folder)).toBe(false);
  await fetchPeers(options);
  expect(isInstalled(folder)).toBe(true);
});

test.each([
  ["an installer that fails", ["-e", "console.error('no network'); process.exit(7)"], /code 7: no network/],
  ["one that installs nothing", ["-e", ""], /not what the lockfile names/],
])("tells of %s with its last words, and remembers them until it goes well", async (_, words, reason) => {
  const options = { folder, cache: join(folder, "cache"), say: () => {} };
  const failing = fetchPeers({ ...options, command: [process.execPath, ...words] });
  await expect(failing).rejects.toThrow(FetchError);
  await expect(failing).rejects.toThrow(/Try again with: npx/);
  expect(lastFailure(options.cache)).toMatch(reason);
  expect(existsSync(join(options.cache, "lock"))).toBe(false);
  await fetchPeers({ ...options, command: installer });
  expect(lastFailure(options.cache)).toBeUndefined();
});

test("tells of a program that is not there", async () => {
  const options = { folder, cache: join(folder, "cache"), say: () => {}, command: ["no-such-program-here"] as const };
  await expect(fetchPeers(options)).rejects.toThrow(/no-such-program-here/);
});
