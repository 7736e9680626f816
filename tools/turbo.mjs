// Runs turbo without telemetry, and after tests adds up what they came to over all packages.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const words = process.argv.slice(2);
const testing = words[0] === "run" && words[1] === "test";
const results = readdirSync(join(root, "packages")).map((name) => join(root, "packages", name, ".vitest/results.json"));

// A result that is left from an earlier run must not be counted as one of this run.
if (testing) for (const file of results) rmSync(file, { force: true });
const turbo = join(dirname(createRequire(import.meta.url).resolve("turbo/package.json")), "bin/turbo");
const { status } = spawnSync(process.execPath, [turbo, ...words], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" },
});
if (testing) {
  const found = results.filter(existsSync).map((file) => JSON.parse(readFileSync(file, "utf8")));
  const sum = (key) => found.reduce((total, result) => total + result[key], 0);
  const skipped = sum("numPendingTests") + sum("numTodoTests");
  process.stdout.write(
    `\n${sum("numPassedTests")} passed, ${sum("numFailedTests")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`,
  );
}
process.exitCode = status ?? 1;
