import type { Samples } from "../input/samples.ts";

/** Ranks from 1, ties sharing the mean of the ranks they span. */
export function midranks(samples: Samples): number[] {
  const values = Float64Array.from(samples);
  const order = Array.from(values.keys()).sort((i, j) =>
    values[i]! < values[j]! ? -1 : values[i]! > values[j]! ? 1 : 0,
  );
  const ranks = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let at = start; at < end; at++) ranks[order[at]!] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}
