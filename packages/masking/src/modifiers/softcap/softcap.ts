import { MaskError } from "../../errors/mask-error.ts";
import { INDEPENDENT } from "../../kind/kind.ts";
import { readFinite } from "../../read/values.ts";
import type { ModifierKind } from "../kind.ts";

/** cap·tanh(x / cap) */
export interface SoftcapModifier {
  readonly kind: "softcap";
  readonly cap: number;
}

/**
 * Keeps logits within (−cap, cap): cap·tanh(x / cap) (Gemma Team 2024, section 2). An infinite logit becomes ±cap, so
 * that a bias of −∞ must come after it, as the mask does.
 *
 * @throws {MaskError} when the cap is not a positive finite number.
 */
export function softcap(cap: number): SoftcapModifier {
  return softcapKind.read({ cap }, "softcap");
}

function readCap(value: unknown, path: string): number {
  const cap = readFinite(value, path);
  if (cap <= 0) throw new MaskError(path, value, "a positive number");
  return cap;
}

export const softcapKind: ModifierKind<SoftcapModifier> = {
  kind: "softcap",
  fields: ["cap"],
  read: (fields, path) => ({ kind: "softcap", cap: readCap(fields.cap, `${path}.cap`) }),
  print: (modifier) => `softcap(${modifier.cap})`,
  dependsOn: () => INDEPENDENT,
  check: () => {},
  bind: ({ cap }) => ({
    apply: (logit) => cap * Math.tanh(logit / cap),
    // sech² by its own formula: 1 − tanh² would cancel for large logits. Beyond its range cosh is ∞ and this 0.
    derivative: (logit) => 1 / Math.cosh(logit / cap) ** 2,
  }),
};
