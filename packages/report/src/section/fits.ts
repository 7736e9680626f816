import type { FitResult, PowerLawResult, RunData, TermsResult } from "@xattn/runner";
import { formatNumber } from "../format/number.ts";
import { titleWithUnit } from "../format/unit.ts";
import { formatEstimate, formatParameters, formatPercent } from "../format/value.ts";
import { type TextTable, tableOf } from "./table.ts";

/** How many groups of a fit are shown. */
const MOST_ROWS = 60;

/** A table for each fit: exponents with their intervals for a power law, ranked candidates for competing terms. */
export function fitTables({ fits }: RunData): readonly TextTable[] {
  const names = [...new Set(fits.map(({ name, kind }) => `${kind} ${name}`))];
  return names.flatMap((name) => {
    const own = fits.filter((fit) => `${fit.kind} ${fit.name}` === name);
    const laws = own.filter((fit): fit is PowerLawResult => fit.kind === "powerLaw");
    const terms = own.filter((fit): fit is TermsResult => fit.kind === "terms");
    return [...(laws.length > 0 ? [powerLawTable(laws)] : []), ...(terms.length > 0 ? [termsTable(terms)] : [])];
  });
}

/** "Power law of time (ms)", with the fit's own name unless it is the column's. */
function caption(kind: string, { name, column, unit }: FitResult): string {
  const subject = titleWithUnit(column, unit);
  return name === column ? `${kind} of ${subject}` : `${name}: ${kind.toLowerCase()} of ${subject}`;
}

function powerLawTable(laws: readonly PowerLawResult[]): TextTable {
  const variables = [...new Set(laws.flatMap(({ exponents }) => Object.keys(exponents)))];
  const header = ["group", ...variables.map((name) => `exponent of ${name}`), "c", "c₀", "relative error", "points"];
  const rows = laws.map((law) => {
    const group = groupName(law);
    if (law.problem !== undefined) {
      return [`${group} (not fitted: ${law.problem})`, ...variables.map(() => "—"), "—", "—", "—", String(law.points)];
    }
    const exponents = variables.map((name) => {
      const exponent = law.exponents[name];
      return exponent === undefined ? "—" : formatEstimate(exponent);
    });
    const { coefficient, intercept, relativeError, points } = law;
    return [
      group,
      ...exponents,
      formatEstimate(coefficient),
      formatEstimate(intercept),
      formatPercent(relativeError),
      String(points),
    ];
  });
  const law = `${laws[0]!.column} = c₀ + c·${variables.map((name) => `${name}^e`).join("·")}; brackets hold 95 % intervals.`;
  return bounded(
    tableOf(
      caption("Power law", laws[0]!),
      header,
      rows,
      header.map((_, index) => index > 0),
      law,
    ),
  );
}

function termsTable(terms: readonly TermsResult[]): TextTable {
  const header = ["group", "candidate", "coefficients", "ΔAICc", "standing", "relative error"];
  const rows = terms.flatMap((fit) => {
    if (fit.problem !== undefined) return [[groupName(fit), "—", `not fitted: ${fit.problem}`, "—", "—", "—"]];
    const ties = fit.candidates.filter(({ tied }) => tied).length;
    return fit.candidates.map(({ name, coefficients, delta, tied, relativeError }) => [
      groupName(fit),
      name,
      Object.entries(coefficients)
        .map(([term, coefficient]) => `${term}: ${formatEstimate(coefficient)}`)
        .join("; "),
      formatNumber(delta),
      tied ? (ties > 1 ? "tied" : "best") : "worse",
      formatPercent(relativeError),
    ]);
  });
  const note =
    "Ranked by AICc, the best first. Candidates within 2 of the best are tied: the data cannot tell them apart.";
  return bounded(
    tableOf(caption("Competing models", terms[0]!), header, rows, [false, false, false, true, false, true], note),
  );
}

function groupName({ group }: FitResult): string {
  return formatParameters(group) || "all rows";
}

function bounded(table: TextTable): TextTable {
  const rows = table.groups[0]!.rows;
  if (rows.length <= MOST_ROWS) return table;
  const note = `${table.note ?? ""} The first ${MOST_ROWS} of ${rows.length} rows are shown.`.trim();
  return { ...table, groups: [{ rows: rows.slice(0, MOST_ROWS) }], note };
}
