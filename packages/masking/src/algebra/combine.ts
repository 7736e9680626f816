import { MaskError } from "../errors/mask-error.ts";
import { kinds } from "../kinds/table.ts";
import type { AndMask, Mask, NotMask, OrMask } from "../mask.ts";

/**
 * Allowed where all of the masks allow; of no masks, everywhere.
 *
 * @throws {MaskError} when an argument is not a mask.
 */
export function and(...masks: readonly Mask[]): AndMask {
  for (const [at, mask] of masks.entries()) checkPart(mask, `and.masks[${at}]`);
  return { kind: "and", masks };
}

/**
 * Allowed where any of the masks allows; of no masks, nowhere.
 *
 * @throws {MaskError} when an argument is not a mask.
 */
export function or(...masks: readonly Mask[]): OrMask {
  for (const [at, mask] of masks.entries()) checkPart(mask, `or.masks[${at}]`);
  return { kind: "or", masks };
}

/**
 * Allowed where the mask forbids.
 *
 * @throws {MaskError} when the argument is not a mask.
 */
export function not(mask: Mask): NotMask {
  checkPart(mask, "not.mask");
  return { kind: "not", mask };
}

/** Untyped callers pass lists or constructors that were never called; the parts of the part are its own affair. */
function checkPart(mask: Mask, path: string): void {
  const kind: unknown = typeof mask === "object" && mask !== null ? mask.kind : undefined;
  if (typeof kind === "string" && (Object.hasOwn(kinds, kind) || ["and", "or", "not"].includes(kind))) return;
  throw new MaskError(path, mask, "a mask");
}
