import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { exp, scratchFolder } from "../test/exp.ts";

test("the README's commands run one after the other", async () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const commands = /```sh\n([\s\S]*?)```/.exec(readme)![1]!.trim().split("\n");
  expect(commands).toHaveLength(3);
  const results = scratchFolder();
  const outputs: string[] = [];
  for (const command of commands) {
    const [, ...words] = command.split(" ");
    const extra = words[0] === "plan" ? [] : ["--results", results];
    const { code, stdout, stderr } = await exp(...(words as string[]), ...extra);
    expect(code, stderr).toBe(0);
    outputs.push(stdout);
  }
  expect(outputs[0]).toContain("8 points × 5 measures = 40");
  expect(outputs[1]).toMatch(/report: .*report\.html/);
  expect(outputs[2]).toMatch(/run complete/);
}, 60_000);
