import type { Dependence } from "../kind/kind.ts";
import { modifierKindOf, type ScoreModifier } from "./table.ts";

/** Whether the modifiers can differ between batch entries or heads; "false" is certain. */
export function modifiersDependOn(modifiers: readonly ScoreModifier[]): Dependence {
  const parts = modifiers.map((modifier) => modifierKindOf(modifier).dependsOn(modifier));
  return { batch: parts.some((part) => part.batch), head: parts.some((part) => part.head) };
}
