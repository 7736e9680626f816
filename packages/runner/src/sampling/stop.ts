import { medianInterval } from "@xattn/stats";

/** Whether an arm has been sampled enough. */
export interface StopRule {
  /** Called after each round of the arm; `elapsed` is the time spent in its samples, in milliseconds. */
  enough(samples: readonly number[], elapsed: number): "precise" | "budget" | undefined;
}

export interface StopOptions {
  readonly budgetMs: number;
  readonly precision: number;
  readonly minimumRounds: number;
  readonly maximumRounds: number;
  readonly random: () => number;
}

/**
 * Stops when the 95 % bootstrap interval of the median is narrower than `precision` of the median, or when the
 * budget ends. The interval is computed at round numbers that grow by a fifth, so that looking stays cheap and
 * the chance to stop by luck does not grow with every round.
 */
export function stopRule(options: StopOptions): StopRule {
  let next = options.minimumRounds;
  return {
    enough(samples, elapsed) {
      if (samples.length < options.minimumRounds) return undefined;
      if (samples.length >= next) {
        next = Math.ceil(samples.length * 1.2);
        const { estimate, low, high } = medianInterval(samples, { random: options.random });
        if (high - low < options.precision * estimate) return "precise";
      }
      return elapsed >= options.budgetMs || samples.length >= options.maximumRounds ? "budget" : undefined;
    },
  };
}
