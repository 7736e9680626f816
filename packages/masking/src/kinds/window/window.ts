import {
  type Alignment,
  alignmentOffset,
  alignmentPerBatch,
  checkAlignment,
  printAlignment,
  readAlignment,
} from "../../alignment/alignment.ts";
import { MaskError } from "../../errors/mask-error.ts";
import { bindBand } from "../../kind/band.ts";
import type { MaskKind } from "../../kind/kind.ts";

export interface WindowMask {
  readonly kind: "window";
  /** Keys before the query's position that it may look at; null is all of them. */
  readonly left: number | null;
  /** Keys after the query's position that it may look at; null is all of them. */
  readonly right: number | null;
  readonly alignment: Alignment;
}

/**
 * A sliding window: −left ≤ j − position(i) ≤ right, so that left + right + 1 keys are seen (Beltagy et al. 2020,
 * section 3.1). A side that is null has no limit.
 *
 * @throws {MaskError} when a side is neither a non-negative integer nor null.
 */
export function window(left: number | null, right: number | null, alignment: Alignment = "top-left"): WindowMask {
  return windowKind.read({ left, right, alignment }, "window");
}

function readSide(value: unknown, path: string): number | null {
  if (value === null || (Number.isSafeInteger(value) && (value as number) >= 0)) return value as number | null;
  throw new MaskError(path, value, "a non-negative integer, or null for no limit");
}

export const windowKind: MaskKind<WindowMask> = {
  kind: "window",
  fields: ["left", "right", "alignment"],
  scattered: false,
  read: (fields, path) => ({
    kind: "window",
    left: readSide(fields.left, `${path}.left`),
    right: readSide(fields.right, `${path}.right`),
    alignment: readAlignment(fields.alignment, `${path}.alignment`),
  }),
  print: ({ left, right, alignment }) =>
    `window(${[left ?? "unbounded", right ?? "unbounded", ...printAlignment(alignment)].join(", ")})`,
  constant: (mask) => (mask.left === null && mask.right === null ? true : undefined),
  dependsOn: (mask) => ({ batch: alignmentPerBatch(mask.alignment), head: false }),
  check: (mask, sizes) => checkAlignment(mask.alignment, sizes, "window.alignment"),
  evaluate: ({ left, right, alignment }, { batch, query, key }, sizes) => {
    const position = query + alignmentOffset(alignment, sizes, batch);
    return (left === null || key >= position - left) && (right === null || key <= position + right);
  },
  bind: ({ left, right, alignment }, sizes) =>
    bindBand(left ?? Number.POSITIVE_INFINITY, right ?? Number.POSITIVE_INFINITY, alignment, sizes),
};
