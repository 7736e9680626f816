import { bindAnd } from "../algebra/bind-and.ts";
import { bindNot } from "../algebra/bind-not.ts";
import { bindOr } from "../algebra/bind-or.ts";
import type { BoundMask } from "../kind/kind.ts";
import { kindOf } from "../kinds/table.ts";
import type { Mask } from "../mask.ts";
import type { MaskSizes } from "../sizes/sizes.ts";

/** Lays a mask that fits over the sizes. */
export function bind(mask: Mask, sizes: MaskSizes): BoundMask {
  switch (mask.kind) {
    case "and":
      return bindAnd(cheapFirst(mask.masks).map((part) => bind(part, sizes)));
    case "or":
      return bindOr(cheapFirst(mask.masks).map((part) => bind(part, sizes)));
    case "not":
      return bindNot(bind(mask.mask, sizes));
    default:
      return kindOf(mask).bind(mask, sizes);
  }
}

function cheapFirst(masks: readonly Mask[]): readonly Mask[] {
  return [...masks].sort((left, right) => Number(isScattered(left)) - Number(isScattered(right)));
}

function isScattered(mask: Mask): boolean {
  switch (mask.kind) {
    case "and":
      return mask.masks.every(isScattered);
    case "or":
      return mask.masks.some(isScattered);
    case "not":
      return isScattered(mask.mask);
    default:
      return kindOf(mask).scattered;
  }
}
