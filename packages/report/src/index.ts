export { compileChart } from "./chart/compile.ts";
export type { VegaLiteSpec } from "./chart/point.ts";
export { ChartError, FrameError, RenderError } from "./errors/errors.ts";
export { type Frame, frameOf, groupBy, type Operation, toCSV } from "./frame/frame.ts";
export { renderHtml } from "./html/html.ts";
export { renderMarkdown } from "./markdown/markdown.ts";
export { type PngOptions, renderPng } from "./render/png.ts";
export { renderSvg } from "./render/svg.ts";
export type { Theme } from "./theme/palette.ts";
export {
  type ReportProgress,
  type WriteReportOptions,
  type WrittenReport,
  writeReport,
} from "./write/write-report.ts";
