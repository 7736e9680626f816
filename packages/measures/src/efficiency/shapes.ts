import { seededRandom } from "@xattn/core";
import { block, causal, type Mask, window } from "@xattn/masking";

export interface EfficiencyShape {
  readonly heads: number;
  readonly n: number;
  readonly m: number;
  readonly d: number;
}

/** The sizes of the experiment `peers`: from a few words to a long sequence. */
export const efficiencyShapes: Readonly<Record<string, EfficiencyShape>> = {
  S1: { heads: 8, n: 100, m: 20, d: 64 },
  S2: { heads: 12, n: 576, m: 77, d: 64 },
  S3: { heads: 8, n: 1024, m: 1024, d: 64 },
  S4: { heads: 1, n: 4096, m: 4096, d: 64 },
};

const blockSize = 128;
const blockShare = 0.1;
const reach = 128;

/** Masks that leave something out, by the name of the work. */
export const sparseMasks: Readonly<Record<string, (shape: EfficiencyShape, seed: number) => Mask>> = {
  causal: () => causal(),
  "window-128": () => window(reach, reach),
  "block-10": ({ n, m }, seed) =>
    block(someBlocks(Math.ceil(n / blockSize), Math.ceil(m / blockSize), seed), blockSize),
};

/** A tenth of the blocks in every row of blocks, at least one, drawn without replacement. */
function someBlocks(rows: number, columns: number, seed: number): boolean[][] {
  const random = seededRandom(seed);
  const kept = Math.max(1, Math.round(blockShare * columns));
  return Array.from({ length: rows }, () => {
    const row = new Array<boolean>(columns).fill(false);
    for (let left = kept; left > 0; ) {
      const column = Math.floor(random.uniform() * columns);
      if (row[column]) continue;
      row[column] = true;
      left -= 1;
    }
    return row;
  });
}
