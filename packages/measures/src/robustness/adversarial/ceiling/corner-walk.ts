/** Dimensions whose corners are few enough to visit all: 65,536. */
export const walkableDimensions = 16;

/**
 * Visits all 2^d corners of a cube in an order where one coordinate turns at a time (the reflected Gray code), from the
 * one where all are −1.
 *
 * @param visit is told which coordinate has just turned, and its new sign
 */
export function walkCorners(d: number, visit: (coordinate: number, sign: 1 | -1) => void): void {
  const signs = new Int8Array(d).fill(-1);
  for (let corner = 1; corner < 2 ** d; corner += 1) {
    const coordinate = 31 - Math.clz32(corner & -corner);
    const sign = signs[coordinate] === -1 ? 1 : -1;
    signs[coordinate] = sign;
    visit(coordinate, sign);
  }
}
