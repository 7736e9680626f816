import type { MaskPredicate } from "../kind/kind.ts";
import type { Mask } from "../mask.ts";
import { simplifyMask } from "../simplify/simplify.ts";
import type { MaskSizes } from "../sizes/sizes.ts";
import { bind } from "./bind.ts";
import { checkMask } from "./check.ts";

/**
 * A closure that says whether query `query` of batch `batch` and head `head` may look at key `key`. All checks are made
 * here, none in the closure: its answer outside of the sizes is undefined.
 *
 * @throws {MaskError} when the mask does not fit the sizes.
 */
export function compileMask(mask: Mask, sizes: MaskSizes): MaskPredicate {
  checkMask(mask, sizes);
  return bind(simplifyMask(mask), sizes).allows;
}
