import type { Measure } from "@xattn/measures/contract";
import { InputError } from "../errors/errors.ts";
import type { TableColumn } from "../run-data.ts";
import type { Product } from "./normalize.ts";

/** The columns of the table in their order: axes, what each measure yields, how each measure ended. */
export function tableColumns(axes: Product, measures: readonly Measure[], file: string): readonly TableColumn[] {
  const columns: TableColumn[] = Object.keys(axes).map((name) => ({
    name,
    role: "axis",
    kind: "descriptive",
    unit: "1",
    description:
      measures.map((measure) => measure.parameters[name]?.description).find((text) => text !== undefined) ?? name,
  }));
  for (const measure of measures) {
    for (const [name, spec] of Object.entries(measure.columns)) {
      columns.push({ name, role: "measure", ...spec });
      if (measure.kind === "timed") columns.push(...companions(name, spec.unit, measure.baseline !== undefined));
    }
    columns.push(status(`${measure.name}Status`, `How the measure ${measure.name} ended.`));
  }
  columns.push(status("status", "The worst of the measures' statuses."));
  const names = new Set<string>();
  for (const { name } of columns) {
    if (names.has(name))
      throw new InputError(`${file}: two columns are called ${name}; rename the axis or the measure's column.`);
    names.add(name);
  }
  return columns;
}

function companions(name: string, unit: string, ratios: boolean): TableColumn[] {
  const make = (suffix: string, unitOf: string, kind: TableColumn["kind"], description: string): TableColumn => ({
    name: `${name}${suffix}`,
    role: "measure",
    kind,
    unit: unitOf,
    description,
  });
  return [
    make("Low", unit, "descriptive", `Lower end of the 95 % bootstrap interval of the median of ${name}.`),
    make("High", unit, "descriptive", `Upper end of the 95 % bootstrap interval of the median of ${name}.`),
    ...(ratios
      ? [
          make("Ratio", "1", "sampled", `${name} over that of the baseline, median over paired rounds.`),
          make("RatioLow", "1", "descriptive", `Lower end of the 95 % bootstrap interval of ${name}Ratio.`),
          make("RatioHigh", "1", "descriptive", `Upper end of the 95 % bootstrap interval of ${name}Ratio.`),
        ]
      : []),
    make("Rounds", "rounds", "descriptive", "Rounds sampled."),
    make(
      "Drift",
      "1",
      "descriptive",
      "Change of the reference kernel's time from the first to the last third of the rounds, relative.",
    ),
    make(
      "Flags",
      "1",
      "descriptive",
      "What to know about the samples: budget, unsettled, drift, outliers, trend, multimodal.",
    ),
  ];
}

function status(name: string, description: string): TableColumn {
  return { name, role: "status", kind: "descriptive", unit: "1", description };
}
