import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createProgram } from "../program.ts";
import { bashCompletion } from "./bash.ts";
import { fishCompletion } from "./fish.ts";
import { commandWords } from "./words.ts";
import { zshCompletion } from "./zsh.ts";

const folder = mkdtempSync(join(tmpdir(), "it's "));
writeFileSync(join(folder, "my-sweep.ts"), "");
writeFileSync(join(folder, "other.ts"), "");
const words = commandWords(createProgram());

describe("bash", () => {
  /** What bash offers for a line, the last word of which is being typed. */
  const offered = (...line: readonly string[]): string[] => {
    const script = `${bashCompletion(words, folder)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _exp; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync("bash", ["-c", script, "bash", ...line], { encoding: "utf8" })
      .split("\n")
      .filter(Boolean);
  };

  test("commands, by what was typed of them", () => {
    expect(offered("exp", "")).toEqual(expect.arrayContaining(["run", "compare", "history", "status", "export"]));
    expect(offered("exp", "re")).toEqual(["reproduce", "report"]);
  });

  test("experiments, of a folder with any name", () => {
    expect(offered("exp", "run", "")).toEqual(["my-sweep", "other"]);
    expect(offered("exp", "compare", "x")).toEqual([]);
    expect(offered("exp", "history", "my")).toEqual(["my-sweep"]);
  });

  test("options of the command alone, and listed words", () => {
    expect(offered("exp", "run", "other", "--re")).toEqual(
      expect.arrayContaining(["--retry-failed", "--redis", "--results", "--reference"]),
    );
    expect(offered("exp", "worker", "--r")).toEqual(["--redis", "--retries"]);
    expect(offered("exp", "status", "--re")).toEqual(["--results"]);
    expect(offered("exp", "completion", "")).toEqual(["bash", "zsh", "fish"]);
    expect(offered("exp", "nonsense", "--x")).toEqual([]);
  });
});

test.each([
  ["zsh", zshCompletion],
  ["fish", fishCompletion],
] as const)("%s has every command and option, and quotes what it embeds", (_, script) => {
  const text = script(words, folder);
  for (const { name, options } of words) {
    expect(text).toContain(name);
    for (const { flag } of options) expect(text).toContain(flag.slice(2));
  }
  expect(text).toContain(folder.replaceAll("'", "'\\''"));
});
