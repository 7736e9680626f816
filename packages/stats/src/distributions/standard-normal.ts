import type { Random } from "../random.ts";

/**
 * A standard normal deviate: √(−2 ln U₁) cos(2πU₂).
 * Source: Box and Muller, "A note on the generation of random normal deviates", 1958.
 */
export function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
