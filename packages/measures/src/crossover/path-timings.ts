import type { PathTiming } from "@xattn/core";
import type { Parameters } from "../contract/measure.ts";

/**
 * What `calibrateThreshold` of `@xattn/core` needs, out of the table of an experiment that has the axes n, m and
 * variant and the measure `time`: the time of standard and linear attention at every size at which both have one.
 *
 * @param rows of one run
 * @param where values of further axes, such as `{ d: 64, backend: "plain" }`: a threshold holds for one of each
 * @throws RangeError when a size has two times of one variant, so that `where` has to say more
 */
export function pathTimings(rows: readonly Parameters[], where: Parameters = {}): PathTiming[] {
  const sizes = new Map<string, { n: number; m: number; standard?: number; linear?: number }>();
  for (const row of rows) {
    const { n, m, variant, time } = row;
    if (Object.entries(where).some(([axis, value]) => row[axis] !== value)) continue;
    if (variant !== "standard" && variant !== "linear") continue;
    if (typeof n !== "number" || typeof m !== "number" || typeof time !== "number") continue;
    const size = sizes.get(`${n}×${m}`) ?? { n, m };
    if (size[variant] !== undefined) {
      throw new RangeError(`where: ${JSON.stringify(where)} leaves several times of ${variant} at n = ${n}, m = ${m}`);
    }
    size[variant] = time;
    sizes.set(`${n}×${m}`, size);
  }
  return [...sizes.values()].flatMap(({ n, m, standard, linear }) =>
    standard === undefined || linear === undefined ? [] : [{ n, m, standard, linear }],
  );
}
