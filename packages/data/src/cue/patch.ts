import type { Box } from "../scene/layout.ts";
import { cellSide, gridSide } from "../scene/size.ts";
import { markerSide } from "./marker.ts";

/** Cells along a side of the square of features that the marker changes noticeably. */
export const patchSide = 7;
export const patchCells = patchSide * patchSide;

/** The left column and the top row of the patch around a marker, moved inwards at the border of the grid. */
export function patchCorner({ left, top }: Box): { readonly column: number; readonly row: number } {
  const corner = (start: number) => {
    const middle = Math.floor((start + markerSide / 2) / cellSide);
    return Math.min(gridSide - patchSide, Math.max(0, middle - (patchSide - 1) / 2));
  };
  return { column: corner(left), row: corner(top) };
}

/** The cells of a patch, row by row, as numbers in the 16×16 grid. */
export function patchCellNumbers({ column, row }: { readonly column: number; readonly row: number }): number[] {
  return Array.from(
    { length: patchCells },
    (_, index) => (row + Math.floor(index / patchSide)) * gridSide + column + (index % patchSide),
  );
}
