import { InputError } from "../errors/errors.ts";
import { compileExpression } from "../expression/expression.ts";
import type { ChartSpec } from "../spec/chart.ts";
import { chartSchema } from "../spec/chart-schema.ts";
import type { StoredManifest } from "../store/manifest.ts";

/**
 * What a chart draws, filters by and shows goes to Vega. A manifest may come from somebody else, so its charts have to
 * be what a spec may have: plain values, and filters that are Vega expressions over the columns.
 *
 * @returns the charts, with nothing in them but what was looked at
 * @throws InputError that names the chart and the field
 */
export function checkCharts({ spec }: Pick<StoredManifest, "spec">): readonly ChartSpec[] {
  const fields = spec.columns.map(({ name }) => name);
  return spec.charts.map((chart, index) => {
    const parsed = chartSchema.safeParse(chart);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const place = [`charts[${index}]`, ...(issue?.path ?? []).map(String)].join(".");
      throw new InputError(
        `the manifest, ${place}: is not allowed in a chart: ${issue?.message ?? "it does not fit"}.`,
      );
    }
    if (chart.filter !== undefined) compileExpression(chart.filter, `charts.${chart.name}.filter`, fields);
    return parsed.data as ChartSpec;
  });
}
