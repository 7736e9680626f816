import { all } from "../kinds/all/all.ts";
import { none } from "../kinds/none/none.ts";
import { kindOf } from "../kinds/table.ts";
import type { Mask } from "../mask.ts";
import { sameMask } from "./same-mask.ts";

/**
 * A mask that allows the same pairs at all sizes that the given one fits, with fewer parts: nested "and" and "or" are
 * flattened, repeated parts dropped, `all` and `none` absorbed (also leaves that always say the same, such as a window
 * without limits), x & !x and x | !x decided, x & (x | y) and x | (x & y) cut to x, double negations removed, and
 * De Morgan's laws applied where that leaves fewer negations.
 *
 * A part that is dropped is no longer checked against sizes.
 */
export function simplifyMask(mask: Mask): Mask {
  switch (mask.kind) {
    case "and":
    case "or":
      return join(mask.kind, mask.masks.map(simplifyMask));
    case "not":
      return negate(simplifyMask(mask.mask));
    default: {
      const constant = kindOf(mask).constant(mask);
      return constant === undefined ? mask : constant ? all : none;
    }
  }
}

type Join = "and" | "or";

const DUAL = { and: "or", or: "and" } as const;
/** Changes nothing as a part of the join. */
const NEUTRAL = { and: "all", or: "none" } as const;
/** Decides the join as a part of it. */
const DECIDING = { and: none, or: all } as const;

/** Joins parts that are simplified already. */
function join(kind: Join, masks: readonly Mask[]): Mask {
  const parts: Mask[] = [];
  for (const part of masks.flatMap((mask) => (mask.kind === kind ? mask.masks : [mask]))) {
    if (part.kind === NEUTRAL[kind] || includes(parts, part)) continue;
    if (part.kind === DECIDING[kind].kind || includes(parts, negate(part))) return DECIDING[kind];
    parts.push(part);
  }
  const kept = parts.filter((part) => !absorbed(kind, part, parts));
  return kept.length === 1 ? kept[0]! : kept.length === 0 ? { kind: NEUTRAL[kind] } : { kind, masks: kept };
}

/** x | y says nothing beside x in an "and", x & y nothing beside x in an "or". */
function absorbed(kind: Join, part: Mask, parts: readonly Mask[]): boolean {
  return part.kind === DUAL[kind] && part.masks.some((inner) => includes(parts, inner));
}

/** Negates a mask that is simplified already. */
function negate(mask: Mask): Mask {
  switch (mask.kind) {
    case "all":
      return none;
    case "none":
      return all;
    case "not":
      return mask.mask;
    case "and":
    case "or": {
      const negated = mask.masks.filter((part) => part.kind === "not").length;
      const plain = mask.masks.length - negated;
      return plain < 1 + negated ? join(DUAL[mask.kind], mask.masks.map(negate)) : { kind: "not", mask };
    }
    default:
      return { kind: "not", mask };
  }
}

function includes(parts: readonly Mask[], mask: Mask): boolean {
  return parts.some((part) => sameMask(part, mask));
}
