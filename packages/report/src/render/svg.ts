import type { TopLevelSpec } from "vega-lite";
import type { VegaLiteSpec } from "../chart/point.ts";
import { RenderError } from "../errors/errors.ts";
import { loadMetrics } from "./fonts.ts";

interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
}

interface TextMetrics {
  width: (item: TextItem, text: unknown) => number;
}

/**
 * A vega-lite specification as SVG. The same specification gives the same bytes, in any order of calls.
 *
 * @throws {RenderError} when vega-lite or vega refuses the specification.
 */
export function renderSvg(spec: VegaLiteSpec): Promise<string> {
  const drawn = last.then(() => draw(spec));
  last = drawn.catch(() => undefined);
  return drawn;
}

/** Drawings take turns: they share vega's counter of ids and its measure of text. */
let last: Promise<unknown> = Promise.resolve();

async function draw(spec: VegaLiteSpec): Promise<string> {
  const [vega, vegaLite, [regular, bold]] = await Promise.all([import("vega"), import("vega-lite"), loadMetrics()]);
  const metrics = (vega as unknown as { readonly textMetrics: TextMetrics }).textMetrics;
  const problems: string[] = [];
  const logger = vega.logger(vega.None);
  logger.error = (...messages: readonly unknown[]) => {
    problems.push(messages.join(" "));
    return logger;
  };
  const estimate = metrics.width;
  // Without a canvas vega guesses the width of text; this measures it, so that axes and legends sit tight.
  metrics.width = ({ fontSize = 11, fontWeight }, text) => {
    const font = fontWeight === "bold" || Number(fontWeight) >= 600 ? bold : regular;
    return fontSize * font.width(text === null || text === undefined ? "" : String(text));
  };
  try {
    const compiled = vegaLite.compile(spec as unknown as TopLevelSpec, { logger });
    const view = new vega.View(vega.parse(compiled.spec), { renderer: "none", logger });
    vega.resetSVGDefIds();
    const svg = await view.toSVG();
    view.finalize();
    if (problems.length === 0) return svg;
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    metrics.width = estimate;
  }
  throw new RenderError(`the specification of ${JSON.stringify(nameOf(spec))} could not be drawn: ${problems[0]}`);
}

function nameOf(spec: VegaLiteSpec): string {
  const meta = spec.usermeta as { readonly name?: string } | undefined;
  return meta?.name ?? "a chart";
}
