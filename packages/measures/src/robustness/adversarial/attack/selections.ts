/** `count` things of a list, in all ways. */
export function combinations(list: readonly number[], count: number): number[][] {
  if (count === 0) return [[]];
  return list.flatMap((first, index) =>
    combinations(list.slice(index + 1), count - 1).map((others) => [first, ...others]),
  );
}

/**
 * The other selections of k keys that are worth a try: one to three keys leave, and as many of the best that are left
 * out come in.
 *
 * @param logits of one query, m
 */
export function otherSelections(logits: ArrayLike<number>, k: number): number[][] {
  const order = Array.from({ length: logits.length }, (_, key) => key).sort((a, b) => logits[b]! - logits[a]!);
  const [chosen, left] = [order.slice(0, k), order.slice(k)];
  return (
    [
      [1, 12],
      [2, 8],
      [3, 6],
    ] as const
  ).flatMap(([count, among]) =>
    combinations(chosen, count).flatMap((leaving) =>
      combinations(left.slice(0, among), count).map((coming) => [
        ...chosen.filter((key) => !leaving.includes(key)),
        ...coming,
      ]),
    ),
  );
}

/** By how much a logit must lead for float32 not to undo the choice. */
const lead = 1e-4;
const rounds = 12;

/** The half-space of steps with (above − below)·δ ≥ need, where one key gets ahead of another. */
interface Side {
  readonly normal: Float64Array;
  readonly square: number;
  readonly need: number;
}

/** Half-spaces of all pairs of keys of one query, [above][below]; keys are m rows of width d, logits are q·k. */
export function sidesOf(keys: Float64Array, d: number, logits: ArrayLike<number>): Side[][] {
  const m = logits.length;
  return Array.from({ length: m }, (_, above) =>
    Array.from({ length: m }, (_, below) => {
      const normal = Float64Array.from({ length: d }, (_, e) => keys[above * d + e]! - keys[below * d + e]!);
      return { normal, square: dot(normal, normal), need: logits[below]! - logits[above]! + lead };
    }),
  );
}

/** What no step to a selection is shorter than: the distance of the farthest of its half-spaces. */
export function leastLength(sides: readonly Side[][], selection: readonly number[]): number {
  return Math.max(0, ...between(sides, selection).map(({ need, square }) => need / Math.sqrt(square)));
}

/**
 * The shortest step of a query that makes top-k attention select these keys: the nearest point of the half-spaces
 * where each of them is above each that is left out, by Hildreth's method of successive projections, to what 12 rounds
 * reach.
 */
export function stepToSelection(sides: readonly Side[][], selection: readonly number[]): Float64Array {
  const bounding = between(sides, selection);
  const step = new Float64Array(sides[0]![0]!.normal.length);
  const multipliers = new Float64Array(bounding.length);
  for (let round = 0; round < rounds; round += 1) {
    let moved = false;
    for (const [index, { normal, square, need }] of bounding.entries()) {
      const by = Math.max(-multipliers[index]!, (need - dot(normal, step)) / square);
      if (by === 0) continue;
      multipliers[index]! += by;
      for (let e = 0; e < step.length; e += 1) step[e]! += by * normal[e]!;
      moved = true;
    }
    if (!moved) break;
  }
  return step;
}

function between(sides: readonly Side[][], selection: readonly number[]): Side[] {
  return selection.flatMap((above) => sides[above]!.filter((_, below) => !selection.includes(below)));
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) sum += left[index]! * right[index]!;
  return sum;
}
