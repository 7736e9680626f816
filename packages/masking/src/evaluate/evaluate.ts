import { checkMask } from "../compile/check.ts";
import { kindOf } from "../kinds/table.ts";
import type { Mask } from "../mask.ts";
import { checkPosition, type MaskPosition, type MaskSizes } from "../sizes/sizes.ts";

/**
 * Whether one query may look at one key, by the definition of each mask: slow and plain, the measure of all faster ways.
 *
 * @throws {MaskError} when the mask does not fit the sizes or the position lies outside of them.
 */
export function evaluateMask(mask: Mask, position: MaskPosition, sizes: MaskSizes): boolean {
  checkMask(mask, sizes);
  checkPosition(position, sizes);
  return evaluate(mask, position, sizes);
}

function evaluate(mask: Mask, position: MaskPosition, sizes: MaskSizes): boolean {
  switch (mask.kind) {
    case "and":
      return mask.masks.every((part) => evaluate(part, position, sizes));
    case "or":
      return mask.masks.some((part) => evaluate(part, position, sizes));
    case "not":
      return !evaluate(mask.mask, position, sizes);
    default:
      return kindOf(mask).evaluate(mask, position, sizes);
  }
}
