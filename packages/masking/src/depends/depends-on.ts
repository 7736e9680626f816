import { type Dependence, INDEPENDENT } from "../kind/kind.ts";
import { kindOf } from "../kinds/table.ts";
import type { Mask } from "../mask.ts";

/**
 * Whether the mask can differ between batch entries or heads. "false" is certain; "true" says that some part of the
 * tree has values of its own for each entry, which may happen to agree.
 */
export function dependsOn(mask: Mask): Dependence {
  switch (mask.kind) {
    case "and":
    case "or":
      return mask.masks.map(dependsOn).reduce(either, INDEPENDENT);
    case "not":
      return dependsOn(mask.mask);
    default:
      return kindOf(mask).dependsOn(mask);
  }
}

function either(left: Dependence, right: Dependence): Dependence {
  return { batch: left.batch || right.batch, head: left.head || right.head };
}
