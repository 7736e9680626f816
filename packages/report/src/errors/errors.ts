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

/** A file of the report that could not be written; `cause` is the error of the file system. */
export class ReportWriteError extends Error {
  override readonly name = "ReportWriteError";
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.path = path;
  }
}
