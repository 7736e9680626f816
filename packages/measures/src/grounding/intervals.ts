export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The 97.5 % quantile of the standard normal. */
const z = 1.959963984540054;

/** The 95 % interval of a share of independent trials (Wilson 1927). */
export function shareInterval(hits: number, trials: number): Range {
  const share = hits / trials;
  const center = share + z ** 2 / (2 * trials);
  const reach = z * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2));
  const scale = 1 + z ** 2 / trials;
  return { low: Math.max(0, (center - reach) / scale), high: Math.min(1, (center + reach) / scale) };
}

/**
 * The 95 % interval of the difference of two shares of the same trials (McNemar 1947): only those count in which one hit
 * and the other did not.
 */
export function pairedDifferenceInterval(won: number, lost: number, trials: number): Range {
  const difference = (won - lost) / trials;
  const reach = (z * Math.sqrt(won + lost - (won - lost) ** 2 / trials)) / trials;
  return { low: difference - reach, high: difference + reach };
}
