/** Why an arm is sampled no more: its median is known well enough, or what it may spend is spent. */
export type StopReason = "precise" | "budget";

/** Whether an arm has been sampled enough. A rule may remember what it saw: one is made for each arm. */
export interface StopRule {
  /** Called after each round of the arm; `elapsed` is the time spent in its samples, in milliseconds. */
  enough(samples: readonly number[], elapsed: number): StopReason | undefined;
}

/** The first rule that has enough decides; none is asked before there are `least` samples. */
export function firstOf(least: number, rules: readonly StopRule[]): StopRule {
  return {
    enough(samples, elapsed) {
      if (samples.length < least) return undefined;
      for (const rule of rules) {
        const reason = rule.enough(samples, elapsed);
        if (reason) return reason;
      }
      return undefined;
    },
  };
}
