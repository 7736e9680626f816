/** Side of a scene in pixels: what the network takes. */
export const sceneSide = 512;
/** Cells along a side of the network's last feature map. */
export const gridSide = 16;
export const cellCount = gridSide * gridSide;
/** Side of a cell in pixels. */
export const cellSide = sceneSide / gridSide;
