import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
import type { Row, RunData } from "@xattn/runner";
import type { ArchiveFile } from "./tar.ts";

/** MLflow's numbers for what it calls the source of a run and its status. */
const localSource = 4;
const statusOf = { complete: 3, running: 1, interrupted: 5 } as const;

/**
 * A run in the layout of MLflow's file store: one MLflow run for the run as a whole, with profile, seed and verdicts,
 * and a nested one for each row of the table, with its axes as parameters and its columns as metrics. Names follow
 * from what is exported, so that a run that is exported again replaces itself.
 *
 * @param folder where the store will be, for the addresses of artifacts
 * @param artifacts files of the run as a whole, by name
 */
export function mlflowStore(
  { manifest, rows, columns, claims }: RunData,
  folder: string,
  artifacts: readonly ArchiveFile[],
): ArchiveFile[] {
  const experimentId = decimalId(manifest.experiment);
  const root = pathToFileURL(folder).href.replace(/\/$/, "");
  const started = Date.parse(manifest.startedAt);
  const ended = manifest.endedAt === undefined ? null : Date.parse(manifest.endedAt);
  const parent = hexId(`${manifest.experiment}/${manifest.run}`);
  const axes = columns.filter(({ role }) => role === "axis").map(({ name }) => name);
  const common = {
    "mlflow.source.name": manifest.command,
    "mlflow.source.type": "LOCAL",
    ...(manifest.git.commit === null ? {} : { "mlflow.source.git.commit": manifest.git.commit }),
  };
  const runFiles = (id: string, name: string, content: Content): ArchiveFile[] => {
    const place = `${experimentId}/${id}`;
    const meta = {
      artifact_uri: `${root}/${place}/artifacts`,
      end_time: ended,
      entry_point_name: "",
      experiment_id: experimentId,
      lifecycle_stage: "active",
      run_id: id,
      run_name: name,
      run_uuid: id,
      source_name: "",
      source_type: localSource,
      source_version: "",
      start_time: started,
      status: statusOf[manifest.state],
      tags: [],
      user_id: "",
    };
    const file = (path: string, text: string) => ({ path: `${place}/${path}`, content: Buffer.from(text) });
    const metrics = Object.entries(content.metrics).map(([key, value]) =>
      file(`metrics/${key}`, `${ended ?? started} ${value} 0\n`),
    );
    const texts = (kind: "params" | "tags", values: Readonly<Record<string, string>>) =>
      Object.entries(values).map(([key, value]) => file(`${kind}/${key}`, value));
    const tags = { ...common, "mlflow.runName": name, ...content.tags };
    return [file("meta.yaml", yaml(meta)), ...metrics, ...texts("params", content.params), ...texts("tags", tags)];
  };
  const verdicts = Object.fromEntries(claims.map(({ name, verdict }) => [`claim.${name}`, verdict]));
  return [
    {
      path: `${experimentId}/meta.yaml`,
      content: Buffer.from(
        yaml({
          artifact_location: `${root}/${experimentId}`,
          creation_time: started,
          experiment_id: experimentId,
          last_update_time: ended ?? started,
          lifecycle_stage: "active",
          name: manifest.experiment,
        }),
      ),
    },
    ...runFiles(parent, manifest.run, {
      params: {
        profile: manifest.profile,
        seed: String(manifest.seed),
        points: String(manifest.points),
        node: manifest.environment.node,
        cpu: manifest.environment.cpu,
      },
      metrics: manifest.seconds === undefined ? {} : { seconds: manifest.seconds },
      tags: verdicts,
    }),
    ...artifacts.map(({ path, content }) => ({ path: `${experimentId}/${parent}/artifacts/${path}`, content })),
    ...rows.flatMap((row) => {
      const id = hexId(`${manifest.experiment}/${manifest.run}/${JSON.stringify(axes.map((axis) => row[axis]))}`);
      const content = contentOf(row, axes);
      const name = axes.map((axis) => `${axis}=${row[axis]}`).join(" ");
      return runFiles(id, name, { ...content, tags: { ...content.tags, "mlflow.parentRunId": parent } });
    }),
  ];
}

interface Content {
  readonly params: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, string>>;
}

function contentOf(row: Row, axes: readonly string[]): Content {
  const params: Record<string, string> = {};
  const metrics: Record<string, number> = {};
  const tags: Record<string, string> = {};
  for (const [name, value] of Object.entries(row)) {
    if (value === null) continue;
    if (axes.includes(name)) params[name] = String(value);
    else if (typeof value === "number") metrics[name] = value;
    else if (value !== "") tags[name] = String(value);
  }
  return { params, metrics, tags };
}

/** A map of scalars. JSON strings are YAML strings. */
function yaml(values: Readonly<Record<string, string | number | null | readonly never[]>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join("");
}

function hexId(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** Eighteen digits, as MLflow gives its experiments. */
function decimalId(text: string): string {
  const value = BigInt(`0x${createHash("sha256").update(text).digest("hex").slice(0, 15)}`);
  return (10n ** 17n + (value % (9n * 10n ** 17n))).toString();
}
