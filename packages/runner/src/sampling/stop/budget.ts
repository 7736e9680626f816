import type { StopRule } from "./rule.ts";

/** Enough when the samples of the arm took so many milliseconds. */
export function budgetRule(budgetMs: number): StopRule {
  return { enough: (_, elapsed) => (elapsed >= budgetMs ? "budget" : undefined) };
}
