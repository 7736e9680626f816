import type { Random } from "@xattn/core";
import { bootstrapInterval } from "@xattn/stats";

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean with its 95 % percentile bootstrap interval, as the columns name, nameLow and nameHigh. */
export function meanColumns<Name extends string>(
  name: Name,
  values: readonly number[],
  random: Random,
): Record<Name | `${Name}Low` | `${Name}High`, number> {
  const { estimate, low, high } = bootstrapInterval(values, mean, { random: () => random.uniform() });
  return { [name]: estimate, [`${name}Low`]: low, [`${name}High`]: high } as Record<
    Name | `${Name}Low` | `${Name}High`,
    number
  >;
}
