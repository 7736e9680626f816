import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** The only source of randomness in the project: the same seed gives the same numbers on every machine. */
export interface Random {
  /** Uniform on [0, 1), with 53 random bits. */
  uniform(): number;
  /** Standard normal: mean 0, variance 1 (Box and Muller 1958). */
  normal(): number;
  /** Uniform over the integers low … high, both included. */
  integer(low: number, high: number): number;
  /** The items in a uniformly random order (Fisher and Yates), as a new array. */
  shuffle<Item>(items: readonly Item[]): Item[];
  /** An independent generator, named so that adding one does not move the numbers of another. */
  fork(label: string): Random;
}

/**
 * A seeded generator (xoroshiro128+ of Blackman and Vigna, through pure-rand).
 *
 * @param seed any safe integer; its low 32 bits and its high bits both count
 * @throws RangeError when the seed is not a safe integer
 */
export function seededRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed: ${seed} is not a safe integer`);
  return fromHash(hashText(`seed:${seed}`), `seed:${seed}`);
}

function fromHash(hash: number, lineage: string): Random {
  const generator = xoroshiro128plus(hash);
  let spare: number | undefined;
  const uniform = () => uniformFloat64(generator);
  return {
    uniform,
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    integer: (low, high) => uniformInt(generator, low, high),
    shuffle(items) {
      const result = [...items];
      for (let last = result.length - 1; last > 0; last -= 1) {
        const other = uniformInt(generator, 0, last);
        [result[last], result[other]] = [result[other]!, result[last]!];
      }
      return result;
    },
    fork(label) {
      const name = `${lineage}/${label}`;
      return fromHash(hashText(name), name);
    },
  };
}

/** FNV-1a over UTF-16 units, finished with the mixer of MurmurHash3 so that near labels give far seeds. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}
