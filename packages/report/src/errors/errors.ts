/** A chart that cannot be drawn as asked: an unknown column, a malformed filter, a name that is no file name. */
export class ChartError extends Error {
  override readonly name = "ChartError";
}

/** Rows or columns that a table cannot be made of. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** A vega-lite specification or an SVG that could not be rendered. */
export class RenderError extends Error {
  override readonly name = "RenderError";
}
