/**
 * The slopes of Press et al. 2022 ("Train short, test long", section 3), one per head: for h a power of two the
 * geometric sequence 2^(−8/h), 2^(−16/h), …, 2^(−8). For other h, the slopes for the largest power of two p below h,
 * and then every other one (the 1st, the 3rd, …) of those for 2p, as in the authors' implementation.
 */
export function alibiSlopes(heads: number): readonly number[] {
  const power = 2 ** Math.floor(Math.log2(heads));
  const geometric = (count: number, at: number) => 2 ** ((-8 * (at + 1)) / count);
  return Array.from({ length: heads }, (_, head) =>
    head < power ? geometric(power, head) : geometric(2 * power, 2 * (head - power)),
  );
}
