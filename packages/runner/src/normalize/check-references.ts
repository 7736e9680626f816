import { checkClaim } from "../claim/claims.ts";
import { InputError, notOneOf } from "../errors/errors.ts";
import { compileExpression } from "../expression/expression.ts";
import type { Experiment } from "./normalize.ts";

/**
 * What fits, claims and charts refer to is there: columns, axes, fits, fields of expressions.
 *
 * @throws InputError naming the place, the name and the names there are
 */
export function checkReferences(experiment: Experiment): void {
  const { file, axes, fits } = experiment;
  const columns = experiment.columns.map((column) => column.name);
  const numeric = experiment.columns.filter(({ role }) => role !== "status").map(({ name }) => name);
  const need = (name: string, known: readonly string[], place: string) => {
    if (!known.includes(name)) throw new InputError(`${file}, ${place}: ${notOneOf(name, known)}`);
  };
  const expression = (text: string | undefined, place: string) => {
    if (text !== undefined) compileExpression(text, `${file}, ${place}`, columns);
  };

  for (const [name, fit] of Object.entries(fits)) {
    need(fit.column, numeric, `fits.${name}.column`);
    for (const axis of fit.by ?? []) need(axis, axes, `fits.${name}.by`);
    expression(fit.where, `fits.${name}.where`);
    if (fit.kind === "powerLaw") {
      for (const factor of fit.factors) {
        need(factor, axes, `fits.${name}.factors`);
        needPositive(factor, experiment, `fits.${name}.factors`);
      }
    } else {
      for (const [candidate, terms] of Object.entries(fit.candidates)) {
        for (const term of terms) expression(term, `fits.${name}.candidates.${candidate}`);
      }
    }
  }
  unique(experiment.claims, `${file}, claims`);
  unique(experiment.charts, `${file}, charts`);
  for (const claim of experiment.claims) {
    const place = `claims.${claim.name}`;
    const at = (field?: string) => (field === undefined ? place : `${place}.${field}`);
    checkClaim(claim, {
      experiment,
      place: `${file}, ${place}`,
      columns: numeric,
      need: (name, known, field) => need(name, known, at(field)),
      expression: (text, field) => expression(text, at(field)),
    });
  }
  for (const chart of experiment.charts) {
    for (const [channel, definition] of Object.entries(chart.encoding)) {
      if (definition?.field !== undefined) need(definition.field, columns, `charts.${chart.name}.encoding.${channel}`);
    }
    expression(chart.filter, `charts.${chart.name}.filter`);
    if (chart.fit !== undefined) need(chart.fit, Object.keys(fits), `charts.${chart.name}.fit`);
  }
}

/** A power of an axis needs a number above 0. */
function needPositive(axis: string, { file, products }: Experiment, place: string): void {
  for (const product of products) {
    const bad = product[axis]!.find((value) => !(typeof value === "number" && value > 0));
    if (bad !== undefined) {
      throw new InputError(
        `${file}, ${place}: the axis ${axis} has ${JSON.stringify(bad)}; a factor needs numbers above 0.`,
      );
    }
  }
}

function unique(items: readonly { readonly name: string }[], place: string): void {
  const seen = new Set<string>();
  for (const { name } of items) {
    if (seen.has(name)) throw new InputError(`${place}: the name "${name}" is given twice.`);
    seen.add(name);
  }
}
