import type { VisibleMask } from "./compose.ts";
import type { Box } from "./layout.ts";
import { cellCount, cellSide, gridSide, sceneSide } from "./size.ts";

/** From this on a pixel counts as seen. */
const visibleFrom = 128;

/** The smallest box around the pixels that are at least half visible; nothing when there are none. */
export function boxOf(mask: VisibleMask): Box | undefined {
  let [left, top, right, bottom] = [sceneSide, sceneSide, 0, 0];
  for (let y = 0; y < sceneSide; y += 1) {
    for (let x = 0; x < sceneSide; x += 1) {
      if (mask[y * sceneSide + x]! < visibleFrom) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  }
  return right === 0 ? undefined : { left, top, right, bottom };
}

/** The part of each of the 16×16 cells that shows the thing, 0 … 1. */
export function coverageOf(mask: VisibleMask): Float32Array {
  const coverage = new Float32Array(cellCount);
  for (let y = 0; y < sceneSide; y += 1) {
    for (let x = 0; x < sceneSide; x += 1) {
      const cell = Math.floor(y / cellSide) * gridSide + Math.floor(x / cellSide);
      coverage[cell] = coverage[cell]! + mask[y * sceneSide + x]!;
    }
  }
  return coverage.map((sum) => sum / (255 * cellSide * cellSide));
}
