import type { Random } from "../src/random.ts";

/** A counter hashed by two xor-multiply rounds: enough for tests, and equal everywhere. */
export function seeded(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal deviates by Box and Muller. */
export function gaussian(random: Random): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export function draw(count: number, next: () => number): number[] {
  return Array.from({ length: count }, next);
}

/** How many of `trials` seeded trials come out true. */
export function countTrials(trials: number, trial: (random: Random) => boolean): number {
  let count = 0;
  for (let seed = 0; seed < trials; seed++) if (trial(seeded(seed * 7919 + 13))) count++;
  return count;
}
