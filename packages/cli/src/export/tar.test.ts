import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scratchFolder } from "../../test/exp.ts";
import { tarGz } from "./tar.ts";

const long = `${"folder/".repeat(20)}file.txt`;
const files = [
  { path: "README.md", content: Buffer.from("# Hello\n") },
  { path: "run/empty", content: Buffer.alloc(0) },
  { path: "run/exactly-a-block", content: Buffer.alloc(512, 7) },
  { path: long, content: Buffer.from("größer") },
];

test("tar unpacks it to the same files", () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, "a.tar.gz"), tarGz(files, 1_700_000_000));
  mkdirSync(join(folder, "out"));
  execFileSync("tar", ["xzf", "a.tar.gz", "-C", "out"], { cwd: folder });
  for (const { path, content } of files) {
    expect(readFileSync(join(folder, "out", path)).equals(content), path).toBe(true);
  }
  const listed = execFileSync("tar", ["tzvf", "a.tar.gz"], { cwd: folder, encoding: "utf8", env: { TZ: "UTC" } });
  expect(listed).toMatch(/-rw-r--r-- 0\/0 +8 2023-11-14 22:13 README.md/);
});

test("the same files give the same bytes", () => {
  expect(tarGz(files, 5).equals(tarGz(files, 5))).toBe(true);
  expect(tarGz(files, 5).equals(tarGz(files, 6))).toBe(false);
});

test("a path that does not fit is refused", () => {
  expect(() => tarGz([{ path: "x".repeat(101), content: Buffer.alloc(0) }], 0)).toThrow(/too long for a tar archive/);
});
