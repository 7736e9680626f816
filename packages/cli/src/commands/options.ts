import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { InputError } from "@xattn/runner";
import { resultsFolder } from "../workspace/paths.ts";

/** A whole number from the command line. @throws InputError naming the option */
export function wholeNumber(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < least) {
    throw new InputError(`--${option}: "${text}" is not a whole number of at least ${least}.`);
  }
  return value;
}

export function resultsOf(options: { readonly results?: string }): string {
  return options.results === undefined ? resultsFolder : resolve(options.results);
}

/** One worker a core unless told otherwise. */
export function workersOf(options: { readonly workers?: string }): number {
  return wholeNumber("workers", options.workers, 1) ?? availableParallelism();
}
