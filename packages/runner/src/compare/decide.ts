import type { Estimate } from "../run-data.ts";
import type { ChangeVerdict } from "./verdict.ts";

/**
 * The verdict on a ratio after ÷ before from its whole interval: beyond the threshold, within it, or neither, which
 * is said and not decided.
 *
 * @param threshold the smallest change that matters, such as 0.02
 */
export function decide(
  { low, high }: Estimate,
  threshold: number,
): Extract<ChangeVerdict, "same" | "faster" | "slower" | "ambiguous"> {
  const [least, most] = [1 / (1 + threshold), 1 + threshold];
  if (low > most) return "slower";
  if (high < least) return "faster";
  return low >= least && high <= most ? "same" : "ambiguous";
}
