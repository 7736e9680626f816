import { kindOf } from "../kinds/table.ts";
import type { Mask } from "../mask.ts";
import { checkSizes, type MaskSizes } from "../sizes/sizes.ts";

/** @throws {MaskError} when some part of the mask does not fit the sizes. */
export function checkMask(mask: Mask, sizes: MaskSizes): void {
  checkSizes(sizes);
  checkParts(mask, sizes);
}

function checkParts(mask: Mask, sizes: MaskSizes): void {
  switch (mask.kind) {
    case "and":
    case "or":
      for (const part of mask.masks) checkParts(part, sizes);
      return;
    case "not":
      checkParts(mask.mask, sizes);
      return;
    default:
      kindOf(mask).check(mask, sizes);
  }
}
