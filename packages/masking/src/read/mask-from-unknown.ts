import { MaskError } from "../errors/mask-error.ts";
import type { MaskKind } from "../kind/kind.ts";
import { kinds, type LeafMask } from "../kinds/table.ts";
import type { Mask } from "../mask.ts";
import { readList, readObject, refuseOthers } from "./values.ts";

const DEEPEST = 64;

/**
 * Reads a mask from JSON of unknown origin. `alignment` may be left out (top-left), as may the document's `keys`.
 *
 * @throws {MaskError} naming the path of the first bad value (`mask.masks[1].length`), an unknown kind, a field that no
 * such mask has, or a tree nested deeper than 64.
 */
export function maskFromUnknown(value: unknown, path = "mask"): Mask {
  return read(value, path, DEEPEST);
}

function read(value: unknown, path: string, depth: number): Mask {
  if (depth === 0) throw new MaskError(path, value, `nested at most ${DEEPEST} deep`);
  const { kind, ...fields } = readObject(value, path);
  const readPart = (part: unknown, partPath: string) => read(part, partPath, depth - 1);
  switch (kind) {
    case "and":
    case "or":
      refuseOthers(fields, ["masks"], path);
      return { kind, masks: readList(fields.masks, `${path}.masks`, readPart) };
    case "not":
      refuseOthers(fields, ["mask"], path);
      return { kind, mask: readPart(fields.mask, `${path}.mask`) };
    default: {
      if (typeof kind !== "string" || !Object.hasOwn(kinds, kind)) {
        throw new MaskError(`${path}.kind`, kind, `one of ${[...Object.keys(kinds), "and", "or", "not"].join(", ")}`);
      }
      const known = kinds[kind as LeafMask["kind"]] as MaskKind<LeafMask>;
      refuseOthers(fields, known.fields, path);
      return known.read(fields, path);
    }
  }
}
