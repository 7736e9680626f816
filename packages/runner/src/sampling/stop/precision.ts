import { medianInterval } from "@xattn/stats";
import type { StopRule } from "./rule.ts";

/**
 * Enough when the 95 % bootstrap interval of the median is narrower than `precision` of the median. It is computed
 * at numbers of samples that grow by a fifth, so that looking stays cheap and the chance to stop by luck does not
 * grow with every round.
 */
export function precisionRule(precision: number, random: () => number): StopRule {
  let next = 0;
  return {
    enough(samples) {
      if (samples.length < next) return undefined;
      next = Math.ceil(samples.length * 1.2);
      const { estimate, low, high } = medianInterval(samples, { random });
      return high - low < precision * estimate ? "precise" : undefined;
    },
  };
}
