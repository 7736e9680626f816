import { sha256 } from "../plan/canonical.ts";
import type { Outcome } from "./outcome.ts";

const sumLength = 8;
const tailLength = `,"sum":"${"0".repeat(sumLength)}"}`.length;

/** A line of the ledger: the outcome's JSON with a checksum as its last field, and a line feed. */
export function encodeLine(outcome: Outcome): string {
  const json = JSON.stringify(outcome);
  return `${json.slice(0, -1)},"sum":"${sha256(json).slice(0, sumLength)}"}\n`;
}

/** The outcome of a line without its line feed; `undefined` when the line is damaged. */
export function decodeLine(line: string): Outcome | undefined {
  if (line.length <= tailLength) return undefined;
  const json = `${line.slice(0, -tailLength)}}`;
  if (line.slice(-tailLength) !== `,"sum":"${sha256(json).slice(0, sumLength)}"}`) return undefined;
  return JSON.parse(json) as Outcome;
}
