import { kindOf } from "../kinds/table.ts";
import type { Mask } from "../mask.ts";

/**
 * The mask as people write it: `causal(bottom-right) & window(128, 0)`, `!padding(keys [3, 5])`. Long lists and tables
 * are cut, so the text is for reading; the tree itself is the form to store.
 */
export function printMask(mask: Mask): string {
  switch (mask.kind) {
    case "and":
      return mask.masks.length === 0 ? "all" : mask.masks.map((part) => within(part, "or")).join(" & ");
    case "or":
      return mask.masks.length === 0 ? "none" : mask.masks.map((part) => within(part, "and")).join(" | ");
    case "not":
      return `!${within(mask.mask, "and", "or")}`;
    default:
      return kindOf(mask).print(mask);
  }
}

/** Parentheses around a join of several parts of the kinds given. */
function within(mask: Mask, ...kinds: readonly Mask["kind"][]): string {
  const text = printMask(mask);
  const several = (mask.kind === "and" || mask.kind === "or") && mask.masks.length > 1;
  return several && kinds.includes(mask.kind) ? `(${text})` : text;
}
