import type { ClaimResult, Environment, Row, TableColumn } from "../run-data.ts";

type Labels = NonNullable<Environment["labels"]>;

/** The table with a column `<axis>Label` behind each axis of which a value that occurs is shown under another name. */
export function withLabels(
  columns: readonly TableColumn[],
  rows: readonly Row[],
  labels: Labels = {},
): { readonly columns: readonly TableColumn[]; readonly rows: readonly Row[] } {
  const names = new Set(columns.map(({ name }) => name));
  const labelled = columns.filter(
    ({ name, role }) =>
      role === "axis" &&
      !names.has(`${name}Label`) &&
      rows.some((row) => labelOf(labels, name, row[name]) !== undefined),
  );
  if (labelled.length === 0) return { columns, rows };
  return {
    columns: columns.flatMap((column) => (labelled.includes(column) ? [column, labelColumn(column)] : [column])),
    rows: rows.map((row) => ({
      ...row,
      ...Object.fromEntries(
        labelled.map(({ name }) => [`${name}Label`, labelOf(labels, name, row[name]) ?? row[name] ?? null]),
      ),
    })),
  };
}

/** The evidence of a claim speaks of groups as `backend=webgpu`. */
export function labelEvidence(claim: ClaimResult, labels: Labels = {}): ClaimResult {
  const words = claim.evidence.split(/([\s;:,.]+)/).map((word) => {
    const [axis, value] = word.split("=") as [string, string?];
    return `${axis}${value === undefined ? "" : `=${labelOf(labels, axis, value) ?? value}`}`;
  });
  return { ...claim, evidence: words.join("") };
}

function labelOf(labels: Labels, axis: string, value: unknown): string | undefined {
  const values = labels[axis];
  return typeof value === "string" && values && Object.hasOwn(values, value) ? values[value] : undefined;
}

function labelColumn({ name }: TableColumn): TableColumn {
  return {
    name: `${name}Label`,
    role: "measure",
    kind: "descriptive",
    unit: "1",
    description: `What ${name} is on the machine of the run.`,
  };
}
