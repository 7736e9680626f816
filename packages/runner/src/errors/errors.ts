import { closest, distance } from "fastest-levenshtein";

/**
 * Something the user gave is not usable: thrown before any work, with nothing written.
 * The message names the file, the field, the value and the fix.
 */
export class InputError extends Error {
  override readonly name: string = "InputError";
}

/** A folder or file of results that cannot be written or read: what is already there is kept. */
export class StoreError extends InputError {
  override readonly name = "StoreError";
}

/** A ledger with a line that is damaged and not the last: it is left as it is. */
export class LedgerError extends InputError {
  override readonly name = "LedgerError";
}

/** The user or the system asked the run to stop. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
}

/** ` Did you mean "n"?` when an allowed name is near enough to be a slip of the fingers, else nothing. */
export function suggestion(given: string, allowed: readonly string[]): string {
  if (allowed.length === 0) return "";
  const near = closest(given.toLowerCase(), [...allowed]);
  return distance(given.toLowerCase(), near.toLowerCase()) <= Math.max(2, Math.ceil(near.length / 3))
    ? ` Did you mean "${near}"?`
    : "";
}

/** `"linaer" is not one of standard, linear. Did you mean "linear"?` */
export function notOneOf(given: string, allowed: readonly string[]): string {
  if (allowed.length === 0) return `"${given}" is not allowed: there is nothing to choose from here.`;
  return `"${given}" is not one of ${allowed.join(", ")}.${suggestion(given, allowed)}`;
}

/** The message of anything thrown, without its stack. */
export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return "something was thrown that has no text";
  }
}
