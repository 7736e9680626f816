import type { ChartSpec, RunData } from "@xattn/runner";
import type { Theme } from "../theme/palette.ts";
import { INK } from "../theme/theme.ts";
import type { VegaLiteSpec } from "./point.ts";

/** A picture in place of a chart that has nothing to draw, with the reason. */
export function emptyChart(chart: ChartSpec, data: RunData, selected: number, theme: Theme): VegaLiteSpec {
  const fields = Object.values(chart.encoding).flatMap((definition) => definition?.field ?? []);
  const reason =
    data.rows.length === 0
      ? "The run has no rows yet."
      : selected === 0
        ? `None of the ${data.rows.length} rows ended ok and passes the chart's filter.`
        : `No row has a value for each of ${[...new Set(fields)].join(", ")}.`;
  const text = (line: string, dy: number, size: number, color: string) => ({
    mark: { type: "text", text: line, fontSize: size, dy, color },
    encoding: { x: { value: 290 }, y: { value: 60 } },
  });
  return {
    data: { values: [{}] },
    width: 580,
    height: 120,
    view: { stroke: INK[theme].grid },
    layer: [text("No data", -10, 15, INK[theme].text), text(reason, 14, 11, INK[theme].muted)],
  };
}
