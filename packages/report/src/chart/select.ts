import type { ChartSpec, Row, RunData, TableColumn } from "@xattn/runner";
import { ChartError } from "../errors/errors.ts";

/**
 * The rows that a chart may draw: those that its filter keeps and whose status is "ok" for every measure that the chart
 * shows. The filter is evaluated by vega, so that it means what it would mean within vega-lite.
 *
 * @throws {ChartError} when the filter is no valid expression.
 */
export async function selectRows(chart: ChartSpec, data: RunData): Promise<readonly Row[]> {
  const shown = Object.values(chart.encoding).flatMap((definition) => definition?.field ?? []);
  const all = data.columns.filter(({ role }) => role === "status");
  // A status of the whole point says less than one of its own for each measure: other measures may have failed.
  const own = all.filter(({ name }) => measureOf(name) !== "");
  const status = own.length === 0 ? all : own.filter((column) => concerns(column, shown));
  const ended = data.rows.filter((row) => status.every(({ name }) => (row[name] ?? "ok") === "ok"));
  return chart.filter === undefined ? ended : await filterRows(chart, chart.filter, ended);
}

function measureOf(status: string): string {
  return status.replace(/[._-]?status$/i, "");
}

/** `timeStatus` speaks for the columns that start with `time`. */
function concerns(column: TableColumn, shown: readonly string[]): boolean {
  const measure = measureOf(column.name);
  return shown.some((field) => field.startsWith(measure));
}

async function filterRows(chart: ChartSpec, filter: string, rows: readonly Row[]): Promise<readonly Row[]> {
  const vega = await import("vega");
  const problems: string[] = [];
  const logger = vega.logger(vega.None);
  logger.error = (...messages: readonly unknown[]) => {
    problems.push(messages.join(" "));
    return logger;
  };
  const values = rows.map((row, index) => ({ ...row, _index: index }));
  try {
    const transform = [{ type: "filter" as const, expr: filter }];
    const view = new vega.View(vega.parse({ data: [{ name: "rows", values, transform }] }), { logger });
    await view.runAsync();
    const kept = (view.data("rows") as { _index: number }[]).map(({ _index }) => rows[_index]!);
    view.finalize();
    if (problems.length === 0) return kept;
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  throw new ChartError(`filter of chart "${chart.name}" is ${JSON.stringify(filter)}: ${problems[0]}`);
}
