import { InputError } from "../errors/errors.ts";
import type { Experiment } from "../normalize/normalize.ts";
import type { SpecRecord } from "../store/manifest.ts";
import { type Redact, redactDeep } from "./redact.ts";

/**
 * Values of axes identify cells, so they are written down as they are: a secret has no place among them.
 *
 * @throws InputError naming the axis, and not the value
 */
export function checkSecrets({ file, products }: Experiment, redact: Redact): void {
  for (const product of products) {
    for (const [axis, values] of Object.entries(product)) {
      if (values.some((value) => typeof value === "string" && redact(value) !== value)) {
        throw new InputError(
          `${file}, axis ${axis}: a value holds a password or another secret, which would be written into the results. Pass it by an environment variable that the measure reads.`,
        );
      }
    }
  }
}

/** Texts for people may be put together from anything when the file is loaded; what is evaluated stays as it is. */
export function withoutSecretTexts(spec: SpecRecord, redact: Redact): SpecRecord {
  const { title, question, columns, claims, charts } = spec;
  return {
    ...spec,
    ...redactDeep({ title, question }, redact),
    columns: columns.map((column) => ({ ...column, description: redact(column.description) })),
    claims: claims.map((claim) => ({
      ...claim,
      statement: redact(claim.statement),
      ...(claim.source === undefined ? {} : { source: redact(claim.source) }),
    })),
    charts: charts.map((chart) => ({ ...chart, title: redact(chart.title), description: redact(chart.description) })),
  };
}
