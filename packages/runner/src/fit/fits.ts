import { seededRandom } from "@xattn/core/random";
import { compileExpression } from "../expression/expression.ts";
import type { FitResult, Row, TableColumn } from "../run-data.ts";
import type { FitSpec } from "../spec/fit.ts";
import { groupRows } from "./groups.ts";
import { powerLaw } from "./power-law.ts";
import { terms } from "./terms.ts";

/** All fits of an experiment over its rows, one result for each group. */
export function evaluateFits(
  fits: Readonly<Record<string, FitSpec>>,
  rows: readonly Row[],
  columns: readonly TableColumn[],
  seed: number,
): readonly FitResult[] {
  const fields = columns.map((column) => column.name);
  return Object.entries(fits).flatMap(([name, fit]) => {
    const where = fit.where === undefined ? undefined : compileExpression(fit.where, `fits.${name}.where`, fields);
    const unit = columns.find((column) => column.name === fit.column)?.unit ?? "1";
    return groupRows(rows, fit.column, fit.by ?? [], where).map((group) => {
      const random = seededRandom(seed).fork(`fit/${name}/${JSON.stringify(group.group)}`);
      const uniform = () => random.uniform();
      return fit.kind === "powerLaw"
        ? powerLaw(name, fit, group, unit, uniform)
        : terms(name, fit, group, unit, fields, uniform);
    });
  });
}
