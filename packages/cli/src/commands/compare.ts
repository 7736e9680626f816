import {
  type ComparedRun,
  changeExitCodes,
  compareChange,
  InputError,
  readManifest,
  readRun,
  readSamples,
} from "@xattn/runner";
import { changeMarkdown } from "../change/markdown.ts";
import { changeText } from "../change/text.ts";
import { shown } from "../workspace/paths.ts";
import { openRun } from "./open-run.ts";
import { resultsOf } from "./options.ts";

interface CompareCommandOptions {
  readonly results?: string;
  readonly threshold: string;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

/** `exp compare`: returns the exit code of the worst verdict. */
export async function compare(before: string, after: string, options: CompareCommandOptions): Promise<number> {
  const threshold = percentage(options.threshold);
  const results = resultsOf(options);
  const [from, to] = [openRun(results, before), openRun(results, after)];
  const change = compareChange(await read(from), await read(to), { threshold });
  const names = { before: shown(from), after: shown(to), threshold };
  let text = changeText(change, names);
  if (options.json) text = `${JSON.stringify({ ...names, ...change }, null, 2)}\n`;
  else if (options.markdown) text = changeMarkdown(change, names);
  process.stdout.write(text);
  return changeExitCodes[change.verdict];
}

async function read(folder: string): Promise<ComparedRun> {
  const manifest = readManifest(folder);
  if (manifest.state !== "complete") {
    process.stderr.write(`note: ${shown(folder)} is ${manifest.state}; its cells so far are compared\n`);
  }
  return { data: await readRun(folder, manifest), samples: await readSamples(folder) };
}

/** A part from a text such as `2`, in percent. @throws InputError */
function percentage(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value <= 100)) {
    throw new InputError(`--threshold: "${text}" is not a number of percent above 0 and at most 100.`);
  }
  return value / 100;
}
