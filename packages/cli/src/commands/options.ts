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

/** How cells that take their process down are dealt with. */
export interface LimitOptions {
  readonly memoryLimit?: string;
  readonly retries?: string;
}

/** @throws InputError naming the option */
export function limitsOf({ memoryLimit, retries }: LimitOptions): { memoryLimitBytes?: number; retries?: number } {
  const tries = wholeNumber("retries", retries, 0);
  return {
    ...(memoryLimit === undefined ? {} : { memoryLimitBytes: bytesOf("memory-limit", memoryLimit) }),
    ...(tries === undefined ? {} : { retries: tries }),
  };
}

/** A worker process that has done nothing yet has about this much in memory. */
const leastMemory = 128 * 2 ** 20;
const sizes: Readonly<Record<string, number>> = { kb: 1e3, mb: 1e6, gb: 1e9, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 };

/** Bytes from a text such as `2GiB` or `500 MB`. @throws InputError naming the option */
function bytesOf(option: string, text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([kmg]i?b)$/i.exec(text.trim()) ?? [];
  if (number === undefined || unit === undefined) {
    throw new InputError(`--${option}: "${text}" is not a size; write it as 500MB or 2GiB.`);
  }
  const bytes = Math.floor(Number(number) * sizes[unit.toLowerCase()]!);
  if (bytes < leastMemory) {
    throw new InputError(`--${option}: "${text}" is too little: a process needs 128MiB before it does anything.`);
  }
  return bytes;
}
