/** How the rows and the keys of every key-value head are cut, so that threads share them without races. */
export interface Parts {
  /** Parts of both; in each of as many phases, every part of the rows meets another part of the keys. */
  readonly parts: number;
  readonly partTiles: number;
  readonly partKeys: number;
}

/** Units to a thread where masks make some of them empty. */
const unitsWhenUneven = 4;

/** Depends on nothing but the problem and the number of threads, so that sums are formed in the same order every time. */
export function chooseParts(
  sizes: { readonly groups: number; readonly tiles: number; readonly m: number; readonly panel: number },
  threads: number,
  uneven: boolean,
): Parts {
  const { groups, tiles, m, panel } = sizes;
  const panels = Math.ceil(m / panel);
  const parts = Math.min(wantedParts(groups, threads, uneven), tiles, panels);
  return { parts, partTiles: Math.ceil(tiles / parts), partKeys: Math.ceil(panels / parts) * panel };
}

function wantedParts(groups: number, threads: number, uneven: boolean): number {
  if (threads === 1 || groups >= unitsWhenUneven * threads) return 1;
  if (uneven) return Math.ceil((unitsWhenUneven * threads) / groups);
  return threads / commonDivisor(groups, threads);
}

function commonDivisor(left: number, right: number): number {
  return right === 0 ? left : commonDivisor(right, left % right);
}
