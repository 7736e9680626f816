/** A grid of cells, row by row. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
}

/**
 * The mean over the (2r+1)×(2r+1) cells around each cell, for each radius r, side by side; beyond the edge, the cells at
 * the edge count again.
 *
 * @param regions [cells, width]
 * @returns [cells, radii · width]
 */
export function pool(regions: ArrayLike<number>, { rows, columns }: Grid, radii: readonly number[]): Float64Array {
  const width = regions.length / (rows * columns);
  const result = new Float64Array(regions.length * radii.length);
  forEachPair(rows, columns, radii, (cell, near, place, share) => {
    const to = (cell * radii.length + place) * width;
    for (let column = 0; column < width; column += 1) result[to + column]! += share * regions[near * width + column]!;
  });
  return result;
}

/** The gradient by the regions [cells, width] from that by what `pool` returns. */
export function pullPool(gradient: Float64Array, { rows, columns }: Grid, radii: readonly number[]): Float64Array {
  const width = gradient.length / (rows * columns * radii.length);
  const result = new Float64Array(rows * columns * width);
  forEachPair(rows, columns, radii, (cell, near, place, share) => {
    const from = (cell * radii.length + place) * width;
    for (let column = 0; column < width; column += 1)
      result[near * width + column]! += share * gradient[from + column]!;
  });
  return result;
}

function forEachPair(
  rows: number,
  columns: number,
  radii: readonly number[],
  visit: (cell: number, near: number, place: number, share: number) => void,
): void {
  for (const [place, radius] of radii.entries()) {
    const share = 1 / (2 * radius + 1) ** 2;
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        for (let down = -radius; down <= radius; down += 1) {
          const nearRow = Math.min(Math.max(row + down, 0), rows - 1);
          for (let right = -radius; right <= radius; right += 1) {
            const nearColumn = Math.min(Math.max(column + right, 0), columns - 1);
            visit(row * columns + column, nearRow * columns + nearColumn, place, share);
          }
        }
      }
    }
  }
}
