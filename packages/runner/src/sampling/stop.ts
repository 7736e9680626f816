import { budgetRule } from "./stop/budget.ts";
import { precisionRule } from "./stop/precision.ts";
import { roundsRule } from "./stop/rounds.ts";
import { firstOf, type StopRule } from "./stop/rule.ts";

export interface StopOptions {
  readonly budgetMs: number;
  readonly precision: number;
  readonly minimumRounds: number;
  readonly maximumRounds: number;
  readonly random: () => number;
}

/** The rule of a run: precise enough, or the budget spent, or the most rounds reached. */
export function stopRule(options: StopOptions): StopRule {
  return firstOf(options.minimumRounds, [
    precisionRule(options.precision, options.random),
    budgetRule(options.budgetMs),
    roundsRule(options.maximumRounds),
  ]);
}
