import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exp, scratchFolder, writeSpec } from "../test/exp.ts";

const specOf = (name: string, change: string) => `
import { cost } from "@xattn/measures";
import { defineExperiment } from "@xattn/runner/define";
export default defineExperiment({
  name: "${name}", title: "T", question: "Q?",
  axes: { n: [4, 8], m: [4], d: [4], variant: ["standard"] },
  measures: [cost()],
  ${change}
});`;

describe.concurrent("wrong arguments: exit code 2, a message that helps, nothing written", () => {
  test.each([
    ["an unknown experiment", ["sweep-complexty"], /"sweep-complexty" is not one of .*Did you mean "sweep-complexity"/],
    ["an axis that is misspelt", ["sweep-complexity", "varient=linear"], /varient.*Did you mean "variant"/],
    ["an override without values", ["sweep-complexity", "n"], /"n" is not an override; write axis=values/],
    ["n = 0", ["sweep-complexity", "n=0"], /n: 0 is not allowed; needs queries n, a whole number from 1 to 1048576/],
    ["n negative", ["sweep-complexity", "n=-4"], /n: -4 is not allowed/],
    ["n fractional", ["sweep-complexity", "n=1.5"], /n: 1.5 is not allowed/],
    ["n = 10⁹", ["sweep-complexity", "n=1e9"], /n: 1000000000 is not allowed/],
    ["n that is a word", ["sweep-complexity", "n=many"], /n: "many" is not allowed/],
    [
      "an unknown variant",
      ["sweep-complexity", "variant=linaer"],
      /"linaer" is not allowed; needs one of standard.*Did you mean "linear"/,
    ],
    ["an unknown backend", ["sweep-complexity", "backend=tpu"], /"tpu" is not allowed; needs one of reference, plain/],
    [
      "an unknown profile",
      ["sweep-complexity", "--profile", "ful"],
      /"ful" is not one of quick, full, gpu. Did you mean "full"/,
    ],
    ["a seed that is none", ["sweep-complexity", "--seed", "x"], /--seed: "x" is not a whole number/],
    ["no workers", ["sweep-complexity", "--workers", "0"], /--workers: "0" is not a whole number of at least 1/],
    ["an unknown option", ["sweep-complexity", "--profil", "full"], /unknown option '--profil'/],
    ["a value given twice", ["sweep-complexity", "n=4,4"], /n: the value 4 is listed twice/],
    ["no experiment at all", [], /missing required argument 'experiment'/],
    ["a file that is not there", ["./nothing.ts"], /there is no such file/],
  ])("%s", async (_title, words, message) => {
    const results = join(scratchFolder(), "results");
    const { code, stderr, stdout } = await exp("run", ...words, "--results", results);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).not.toMatch(/points ×/);
    expect(code).toBe(2);
    expect(existsSync(results)).toBe(false);
  });
});

describe.concurrent("wrong specs", () => {
  test.each([
    ["a where that does not parse", `where: "datum.n <="`, /where: "datum.n <=" does not parse/],
    ["a where with an unknown field", `where: "datum.q > 1"`, /datum.q: "q" is not one of n, m, d, variant/],
    ["a where that leaves nothing", `where: "datum.n > 100"`, /no cell is left to run: where "datum.n > 100" is false/],
    ["an unknown field", `whre: "datum.n > 1"`, /unknown field "whre".*Did you mean "where"/],
    [
      "a claim on no column",
      `claims: [{ kind: "bound", name: "c", statement: "s", column: "eror", atMost: 1 }] as never`,
      /claims.c.column: "eror" is not one of/,
    ],
    [
      "a chart of no column",
      `charts: [{ name: "c", title: "t", description: "d", mark: "line", encoding: { x: { field: "nn" } } }] as never`,
      /charts.c.encoding.x: "nn" is not one of/,
    ],
    [
      "a spec that throws",
      `seed: (() => { throw new RangeError("no seed today"); })()`,
      /it throws a RangeError at line \d+, column \d+: no seed today/,
    ],
    [
      "another name than the file's",
      `title: "U", name: "other"`.replace("title", "title"),
      /"other" is not the name of its file; call it/,
    ],
    ["a syntax error", `seed: = 1`, /SyntaxError|bad-spec\.ts:\d+: .*\n[\s\S]*\^/],
  ])("%s", async (_title, change, message) => {
    const folder = scratchFolder();
    const file = writeSpec(folder, "bad-spec", specOf("bad-spec", change));
    const results = join(folder, "results");
    const { code, stderr } = await exp("run", file, "--results", results);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/bad-spec\.ts/);
    expect(code).toBe(2);
    expect(existsSync(results)).toBe(false);
  });

  test("a type error is found by validate, with its line", async () => {
    const file = writeSpec(
      scratchFolder(),
      "bad-spec",
      specOf("bad-spec", `fits: { f: { kind: "powerLaw", column: "tme", factors: ["n"] } },`),
    );
    const { code, stderr } = await exp("validate", file);
    expect(stderr).toMatch(/bad-spec\.ts[:(]8.*"tme"|"tme" is not assignable/s);
    expect(code).toBe(2);
  });
});

describe.concurrent("results folders", () => {
  test("a file in the place of the folder", async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "results"), "mine");
    const { code, stderr } = await exp("run", "normalization", "--results", join(folder, "results"));
    expect(stderr).toMatch(/results folder cannot be written.*name another one with --results/);
    expect(code).toBe(2);
    expect(readdirSync(folder)).toEqual(["results"]);
  });

  test("show, report and reproduce of a run that is not there", async () => {
    const results = scratchFolder();
    mkdirSync(join(results, "other-sweep"));
    for (const command of ["report", "reproduce"]) {
      const { code, stderr } = await exp(command, "nothing-here", "--results", results);
      expect(stderr).toMatch(/"nothing-here" is not a run folder.*There are runs of other-sweep/);
      expect(code).toBe(2);
    }
  });
});

test("an unknown command gets a suggestion", async () => {
  const { code, stderr } = await exp("rnu");
  expect(stderr).toMatch(/unknown command 'rnu'[\s\S]*Did you mean run/);
  expect(code).toBe(2);
});
