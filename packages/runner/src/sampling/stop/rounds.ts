import type { StopRule } from "./rule.ts";

/** Enough at so many samples, however wide the interval is. */
export function roundsRule(most: number): StopRule {
  return { enough: (samples) => (samples.length >= most ? "budget" : undefined) };
}
