import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { exp, scratchFolder, writeSpec } from "../test/exp.ts";

const password = "correct-horse-battery";
const token = "tok_9f8e7d6c5b4a";

/** A spec whose only measure tells what it sees in the environment. */
const talkative = `
import { defineExperiment } from "@xattn/runner/define";
const anything = { safeParse: (data: unknown) => ({ success: true, data }) };
const column = { kind: "descriptive", unit: "1", description: "Text." } as const;
const seen = () => process.env.CACHE_REDIS_URL + " and " + process.env.DEPLOY_TOKEN;
export default defineExperiment({
  name: "talkative", title: "T " + process.env.DEPLOY_TOKEN, question: "Q?", axes: { n: [1, 2, 3] },
  measures: [{
    kind: "direct", name: "text", version: 1, description: "Tells.", parameters: { n: anything },
    columns: { text: column }, exclusive: false,
    run({ n }: { n: number }) {
      if (n === 1) throw new Error("cannot reach " + seen());
      if (n === 3) {
        process.stdout.write("connecting to " + seen());
        process.stderr.write("fatal: " + seen() + " --password " + "letmein-please");
        process.exit(1);
      }
      return { text: seen() };
    },
  } as never],
});`;

afterEach(() => {
  delete process.env.CACHE_REDIS_URL;
  delete process.env.DEPLOY_TOKEN;
});

test("passwords in addresses and secret variables never reach ledger, manifest, table or report", async () => {
  process.env.CACHE_REDIS_URL = `redis://worker:${password}@cache.internal:6379/0`;
  process.env.DEPLOY_TOKEN = token;
  const results = scratchFolder();
  const file = writeSpec(results, "talkative", talkative);
  const { code, stdout, stderr } = await exp("run", file, "--results", results, "--retries", "0");
  expect(code, stderr).toBe(3);
  const secrets = [password, token, "letmein-please"];
  for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
  const folder = join(results, "talkative");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["ledger.jsonl", "manifest.json", "table.csv", "report.html", "report.md"]),
  );
  for (const { parentPath, name } of files) {
    const text = readFileSync(join(parentPath, name), "utf8");
    for (const secret of secrets) expect(text, name).not.toContain(secret);
  }
  const ledger = readFileSync(join(folder, readdirSync(folder)[0]!, "ledger.jsonl"), "utf8");
  expect(ledger).toContain("cannot reach *** and ***");
  expect(ledger).toContain('"output":"connecting to *** and ***","errors":"fatal: *** and *** --password ***"');
});

test("what goes wrong is told without secrets", async () => {
  process.env.DEPLOY_TOKEN = token;
  const folder = scratchFolder();
  const throws = writeSpec(folder, "throws", "throw new Error('no such host: ' + process.env.DEPLOY_TOKEN);");
  const { code, stderr } = await exp("run", throws, "--results", join(folder, "results"));
  expect(code).toBe(2);
  expect(stderr).toMatch(/no such host: \*\*\*/);
});

test("a password as the value of an axis is refused before anything is written", async () => {
  const folder = scratchFolder();
  const file = writeSpec(folder, "talkative", talkative.replace("n: [1, 2, 3]", "n: [1]"));
  const { code, stderr } = await exp(
    "run",
    file,
    `n=redis://:${password}@host:6379`,
    "--results",
    join(folder, "results"),
  );
  expect(code, stderr).toBe(2);
  expect(stderr).toMatch(/axis n: a value holds a password/);
  expect(stderr).not.toContain(password);
  expect(readdirSync(folder)).toEqual(["talkative.ts"]);
});

const spec = (name: string, more = "") => `
import { cost } from "@xattn/measures";
import { defineExperiment } from "@xattn/runner/define";
export default defineExperiment({
  name: "${name}", title: "T", question: "Q?",
  axes: { n: [4], m: [4], d: [4], variant: ["standard"] }, measures: [cost()], ${more}
});`;

test.concurrent.each([
  ["a name that climbs out", spec("../outside"), /name/],
  ["an absolute name", spec("/tmp/outside"), /name/],
  [
    "a chart name that climbs out",
    spec("evil", `charts: [{ name: "../outside", title: "t", description: "d", mark: "line", encoding: {} }],`),
    /charts\[0\]\.name/,
  ],
  [
    "a where that calls code",
    spec("evil", `where: "datum.constructor.constructor('return process')()",`),
    /only fields of datum|not allowed/,
  ],
  [
    "a chart that filters by code",
    spec(
      "evil",
      `charts: [{ name: "c", title: "t", description: "d", mark: "line", encoding: {}, filter: "process.exit(9)" }],`,
    ),
    /filter.*not allowed/,
  ],
])("%s is refused and nothing is written", async (_, text, message) => {
  const folder = scratchFolder();
  const file = writeSpec(folder, "evil", text);
  const { code, stderr } = await exp("run", file, "--results", join(folder, "results"));
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
  expect(readdirSync(folder)).toEqual(["evil.ts"]);
});

test("the manifest of somebody else cannot write outside its folder or run code", async () => {
  const results = scratchFolder();
  const ran = await exp("run", "normalization", "n=9", "scale=1", "--no-report", "--results", results);
  expect(ran.code, ran.stderr).toBe(0);
  const folder = join(results, "normalization", readdirSync(join(results, "normalization"))[0]!);
  const file = join(folder, "manifest.json");
  const manifest = JSON.parse(readFileSync(file, "utf8")) as { spec: { charts: object[]; claims: object[] } };
  const report = async (chart: object, more: object = {}) => {
    const charts = [{ ...manifest.spec.charts[0], ...chart }];
    writeFileSync(file, JSON.stringify({ ...manifest, ...more, spec: { ...manifest.spec, charts } }));
    return exp("report", folder);
  };
  expect(await report({ name: "../../../outside" })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/charts\[0\]\.name is "\.\.\/\.\.\/\.\.\/outside", which cannot be a name/),
  });
  expect(await report({ filter: "datum.constructor.constructor('return process')().exit(9)" })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/filter/),
  });
  expect(await report({}, { experiment: "../outside" })).toMatchObject({ code: 2 });
  expect(await report({ mark: { type: "image", url: "file:///etc/passwd" } })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/charts\[0\]\.mark: is not allowed in a chart/),
  });
  const exported = async (spec: object) => {
    writeFileSync(file, JSON.stringify({ ...manifest, spec: { ...manifest.spec, ...spec } }));
    return exp("export", folder, "--format", "mlflow", "--out", join(results, "mlruns"));
  };
  const [claim] = manifest.spec.claims;
  expect(await exported({ claims: [{ ...claim, name: "x/../../../../../outside" }] })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/claims\[0\]\.name .* cannot be a name/),
  });
  expect(existsSync(join(results, "outside.svg"))).toBe(false);
  expect((await report({})).code).toBe(0);
}, 60_000);
