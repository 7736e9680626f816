import { MaskError } from "../errors/mask-error.ts";
import { readList, readObject, refuseOthers } from "../read/values.ts";
import type { ModifierKind } from "./kind.ts";
import { modifierKinds, type ScoreModifier } from "./table.ts";

/**
 * Reads a list of score modifiers from JSON of unknown origin; `alignment` may be left out (top-left).
 *
 * @throws {MaskError} naming the path of the first bad value (`modifiers[0].cap`), an unknown kind or a field that no
 * such modifier has.
 */
export function modifiersFromUnknown(value: unknown, path = "modifiers"): readonly ScoreModifier[] {
  return readList(value, path, readModifier);
}

function readModifier(value: unknown, path: string): ScoreModifier {
  const { kind, ...fields } = readObject(value, path);
  if (typeof kind !== "string" || !Object.hasOwn(modifierKinds, kind)) {
    throw new MaskError(`${path}.kind`, kind, `one of ${Object.keys(modifierKinds).join(", ")}`);
  }
  const known = modifierKinds[kind as ScoreModifier["kind"]] as ModifierKind<ScoreModifier>;
  refuseOthers(fields, known.fields, path);
  return known.read(fields, path);
}
