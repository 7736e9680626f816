const bars = "▁▂▃▄▅▆▇█";

/** A line of bars from the least value to the greatest; all alike when the values are. */
export function sparkline(values: readonly number[]): string {
  const low = Math.min(...values);
  const range = Math.max(...values) - low;
  return values
    .map(
      (value) => bars[range === 0 ? 3 : Math.min(bars.length - 1, Math.floor(((value - low) / range) * bars.length))],
    )
    .join("");
}
