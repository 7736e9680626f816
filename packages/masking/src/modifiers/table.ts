import { alibiKind } from "./alibi/alibi.ts";
import type { ModifierKind } from "./kind.ts";
import { relativeBiasKind } from "./relative-bias/relative-bias.ts";
import { softcapKind } from "./softcap/softcap.ts";

/** Every kind of score modifier. A new kind is a line here; its type joins `ScoreModifier` by itself. */
export const modifierKinds = { alibi: alibiKind, softcap: softcapKind, relativeBias: relativeBiasKind };

type Kinds = typeof modifierKinds;

/** A change of the scaled logit before bias and mask, as plain data. */
export type ScoreModifier = { [K in keyof Kinds]: Kinds[K] extends ModifierKind<infer M> ? M : never }[keyof Kinds];

export function modifierKindOf(modifier: ScoreModifier): ModifierKind<ScoreModifier> {
  return modifierKinds[modifier.kind] as ModifierKind<ScoreModifier>;
}
