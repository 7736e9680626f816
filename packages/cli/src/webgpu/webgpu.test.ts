import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NoAdapterError } from "@xattn/gpu";
import { InputError } from "@xattn/runner";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AdapterError, backendLabels, lookForAdapter, needAdapter } from "./adapter.ts";
import { FetchError, fetchWebgpu, isFetched } from "./fetch.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "xattn-webgpu-"));
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

test("says what, how much, where to and how to undo; two at a time install once; a new lockfile is noticed", async () => {
  const said: string[] = [];
  const fetch = () => fetchWebgpu((line) => said.push(line), { folder, command: installer });
  await Promise.all([fetch(), fetch()]);
  await fetch();
  expect(readFileSync(join(folder, "started"), "utf8")).toBe("x");
  expect(said.join("\n")).toMatch(/left-right 1\.2\.3.*MB to download.*node_modules; delete that folder to undo/);
  expect(said).toContain("waiting for another process, which is fetching WebGPU");
  appendFileSync(join(folder, "pnpm-lock.yaml"), "# newer\n");
  expect(isFetched(folder)).toBe(false);
});

test.each([
  ["fails", ["-e", "console.error('no network'); process.exit(7)"], /code 7: no network.*Try again with: npx/],
  ["installs nothing", ["-e", ""], /not what the lockfile names/],
])("an installer that %s is told before any work, and leaves no mark", async (_, words, message) => {
  const fetching = fetchWebgpu(() => {}, { folder, command: [process.execPath, ...words] });
  await expect(fetching).rejects.toThrow(FetchError);
  await expect(fetching).rejects.toThrow(message);
  await fetchWebgpu(() => {}, { folder, command: installer });
  expect(isFetched(folder)).toBe(true);
});

const none = () => Promise.reject(new NoAdapterError("no WebGPU adapter: there is no navigator.gpu"));

test.skipIf(!isFetched())("without an adapter a run does not start, and what to do is said", async () => {
  const needing = needAdapter(() => {}, none);
  await expect(needing).rejects.toThrow(AdapterError);
  await expect(needing).rejects.toThrow(InputError);
  await expect(needing).rejects.toThrow(/no navigator\.gpu\. Leave webgpu out with backend=cpu, or .*exp doctor/);
  expect(await lookForAdapter(none)).toMatch(/no navigator\.gpu/);
});

test("other errors are not taken for a missing adapter", async () => {
  await expect(lookForAdapter(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
});

test("only a software adapter needs a label", () => {
  const adapter = { source: "", vendor: "", architecture: "", device: "", description: "", software: true };
  expect(backendLabels(adapter)).toEqual({ backend: { webgpu: "webgpu (software)" } });
  expect(backendLabels({ ...adapter, software: false })).toBeUndefined();
});
