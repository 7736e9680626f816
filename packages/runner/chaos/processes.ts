import { readdirSync } from "node:fs";
import { commandOf, parentOf } from "../fixtures/children.ts";

/** A process that ended and was not collected yet is not alive. */
export function isAlive(id: number): boolean {
  return parentOf(id) !== undefined;
}

/** Processes with a text in their command line. */
export function withText(text: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((id) => Number.isInteger(id) && commandOf(id).includes(text) && isAlive(id));
}

export function signal(id: number, name: NodeJS.Signals): void {
  try {
    process.kill(id, name);
  } catch {
    // It has ended by itself.
  }
}
