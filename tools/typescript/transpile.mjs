import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { syntaxError } from "./syntax-error.mjs";

const root = new URL("../../", import.meta.url);
const cache = fileURLToPath(new URL("node_modules/.cache/xattn-typescript/", root));
const setup = createHash("sha256").update(process.version);
for (const file of ["tsconfig.base.json", "tsconfig.ts-node.json", "package.json"]) {
  setup.update(readFileSync(new URL(file, root)));
}
let service;

/**
 * JavaScript of a TypeScript file, by ts-node with swc. It is kept in node_modules/.cache by the content of the file,
 * so that ts-node and swc are loaded only when a file is new: commands then start in a third of the time.
 */
export function transpile(file) {
  const code = readFileSync(file, "utf8");
  const kept = `${cache}${setup.copy().update(file).update("\0").update(code).digest("hex")}.mjs`;
  const known = read(kept);
  if (known !== undefined) return known;
  const output = compile(code, file);
  keep(kept, output);
  return output;
}

function compile(code, file) {
  service ??= createRequire(import.meta.url)("ts-node").create({
    project: fileURLToPath(new URL("tsconfig.ts-node.json", root)),
    esm: true,
    swc: true,
  });
  try {
    return service.compile(code, file);
  } catch (error) {
    if (error?.code !== "GenericFailure") throw error;
    throw syntaxError(String(error.message), file);
  }
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** A cache that cannot be written costs time and nothing else. */
function keep(file, source) {
  try {
    mkdirSync(cache, { recursive: true });
    const own = `${file}.${process.pid}`;
    writeFileSync(own, source);
    renameSync(own, file);
  } catch {}
}
