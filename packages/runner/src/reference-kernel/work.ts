const length = 512;
const sweeps = 32;

/** A piece of work that is always the same. */
export interface Work {
  /** Does it so many times. */
  run(times: number): void;
  /** What came of it, so that no engine may leave it out. */
  result(): number;
}

/**
 * Fixed work of some 10 µs on a processor of 2020 and later: dot products of two arrays of 4 KiB, which stay in the
 * first level of the cache, in eight sums that do not wait for one another. It keeps the execution units as busy as a
 * kernel does, so that a neighbour on the same core slows both. It allocates nothing once it is made, and does not
 * depend on any kernel that is measured.
 */
export function fixedWork(): Work {
  const left = Float64Array.from({ length }, (_, index) => Math.sin(index + 1));
  const right = Float64Array.from({ length }, (_, index) => Math.cos(index + 1));
  let total = 0;
  return {
    run(times) {
      for (let time = 0; time < times; time += 1) {
        for (let sweep = 0; sweep < sweeps; sweep += 1) total = total * 0.5 + dotProduct(left, right);
      }
    },
    result: () => total,
  };
}

function dotProduct(left: Float64Array, right: Float64Array): number {
  let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let index = 0; index < length; index += 8) {
    a += left[index]! * right[index]!;
    b += left[index + 1]! * right[index + 1]!;
    c += left[index + 2]! * right[index + 2]!;
    d += left[index + 3]! * right[index + 3]!;
    e += left[index + 4]! * right[index + 4]!;
    f += left[index + 5]! * right[index + 5]!;
    g += left[index + 6]! * right[index + 6]!;
    h += left[index + 7]! * right[index + 7]!;
  }
  return a + b + (c + d) + (e + f) + (g + h);
}
