import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { filesOfTar } from "./archive.ts";

it("reads what tar writes, and refuses what is cut off", () => {
  const folder = mkdtempSync(join(tmpdir(), "xattn-archive-"));
  const contents = { "one.txt": "first", "empty.txt": "", "large.bin": "x".repeat(1300) };
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, name), content);
  const archive = execFileSync("tar", ["cf", "-", "--format=ustar", "-C", folder, ...Object.keys(contents)]);
  const files = filesOfTar(archive);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  expect(Object.fromEntries([...files].map(([name, bytes]) => [name, text(bytes)]))).toEqual(contents);
  expect(() => filesOfTar(archive.subarray(0, 2700))).toThrow("ends inside of large.bin");
  rmSync(folder, { recursive: true });
});
