import type { Mask, MaskSizes } from "@xattn/masking";
import type { Tables } from "../wgsl/tables.ts";
import { leafCondition } from "./leaves.ts";

/**
 * A mask as a WGSL condition over `b`, `h`, `i`, `j` (u32): true where query i of head h of batch entry b may look at
 * key j. Its numbers go to `tables`, so that the text depends on the mask's form alone. The mask must fit the sizes.
 */
export function maskCondition(mask: Mask, sizes: MaskSizes, tables: Tables): string {
  switch (mask.kind) {
    case "and":
      return join(mask.masks, " && ", "true", sizes, tables);
    case "or":
      return join(mask.masks, " || ", "false", sizes, tables);
    case "not":
      return `!(${maskCondition(mask.mask, sizes, tables)})`;
    default:
      return leafCondition(mask, sizes, tables);
  }
}

function join(masks: readonly Mask[], sign: string, empty: string, sizes: MaskSizes, tables: Tables): string {
  return masks.map((mask) => `(${maskCondition(mask, sizes, tables)})`).join(sign) || empty;
}
