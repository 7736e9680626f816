import { bind } from "../compile/bind.ts";
import { checkMask } from "../compile/check.ts";
import { dependsOn } from "../depends/depends-on.ts";
import type { Mask } from "../mask.ts";
import { simplifyMask } from "../simplify/simplify.ts";
import type { MaskSizes } from "../sizes/sizes.ts";
import { spansLength } from "../spans/spans.ts";

/**
 * How many of the b·h·n·m pairs the mask allows. Time grows with the number of spans in the rows.
 *
 * @throws {MaskError} when the mask does not fit the sizes.
 */
export function countAllowed(mask: Mask, sizes: MaskSizes): number {
  checkMask(mask, sizes);
  const simple = simplifyMask(mask);
  const bound = bind(simple, sizes);
  const depends = dependsOn(simple);
  const batches = depends.batch ? sizes.batch : Math.min(1, sizes.batch);
  const heads = depends.head ? sizes.heads : Math.min(1, sizes.heads);
  let allowed = 0;
  for (let batch = 0; batch < batches; batch++) {
    for (let head = 0; head < heads; head++) {
      for (let query = 0; query < sizes.queries; query++) {
        allowed += spansLength(bound.spans(batch, head, query, 0, sizes.keys));
      }
    }
  }
  return allowed * (depends.batch ? 1 : sizes.batch) * (depends.head ? 1 : sizes.heads);
}
