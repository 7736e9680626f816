import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import {
  InputError,
  messageOf,
  type RunData,
  readRun,
  type StoredManifest,
  StoreError,
  toCsv,
  writeAtomic,
} from "@xattn/runner";
import { bundleCommand, bundleFiles } from "../export/bundle.ts";
import { mlflowStore } from "../export/mlflow.ts";
import { toParquet } from "../export/parquet.ts";
import { type ArchiveFile, tarGz } from "../export/tar.ts";
import { workspaceFiles } from "../export/workspace-files.ts";
import { measuredHash } from "../workspace/facts.ts";
import { root, shown } from "../workspace/paths.ts";
import { openRun } from "./open-run.ts";
import { resultsOf } from "./options.ts";
import { plansSameCells, specFileOf } from "./spec-of-run.ts";

type Format = "csv" | "parquet" | "mlflow" | "bundle";

interface ExportOptions {
  readonly format: Format;
  readonly out?: string;
  readonly results?: string;
}

const endings: Readonly<Record<Format, string>> = {
  csv: ".csv",
  parquet: ".parquet",
  mlflow: "-mlruns",
  bundle: ".tar.gz",
};

/** `exp export` */
export async function exportRun(given: string, { format, ...options }: ExportOptions): Promise<void> {
  const folder = openRun(resultsOf(options), given);
  const data = await readRun(folder);
  const { experiment, run } = data.manifest;
  const out = resolve(options.out ?? `${experiment}-${run}${endings[format]}`);
  if (existsSync(out))
    throw new InputError(`${shown(out)}: is already there; remove it first or choose another --out.`);
  if (format === "mlflow") {
    writeTree(out, mlflowStore(data, out, runFiles(folder)));
    process.stdout.write(`wrote ${shown(out)}\nnext: mlflow ui --backend-store-uri ${shown(out)}\n`);
    return;
  }
  writeAtomic(out, await contentOf(format, folder, data));
  process.stdout.write(`wrote ${shown(out)}\n`);
  if (format === "bundle") {
    process.stdout.write(
      `unpack it into an empty folder: tar xzf ${shown(out)} -C FOLDER\nand run it again there: ${bundleCommand}\n`,
    );
  }
}

async function contentOf(
  format: Exclude<Format, "mlflow">,
  folder: string,
  data: RunData & { readonly manifest: StoredManifest },
): Promise<string | Uint8Array> {
  if (format === "csv") return toCsv(data.columns, data.rows);
  if (format === "parquet") return toParquet(data.columns, data.rows);
  const spec = specFileOf(folder, data.manifest);
  const files = bundleFiles(data, {
    run: runFiles(folder),
    spec: spec === undefined ? undefined : readFileSync(spec),
    samePlan: spec !== undefined && (await plansSameCells(spec, data.manifest)),
    workspace: workspaceFiles(root),
    sameCode: spec !== undefined && measuredHash(spec) === data.manifest.sourceHash,
  });
  return tarGz(files, Math.floor(Date.parse(data.manifest.endedAt ?? data.manifest.startedAt) / 1000));
}

/** Files of a run folder in the order of their names; what only a run under way has is left out. */
function runFiles(folder: string): ArchiveFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/^lock\.json|\.tmp$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
    .map((path) => ({ path: path.split(sep).join("/"), content: readFileSync(join(folder, path)) }));
}

/** A folder appears whole or not at all. */
function writeTree(out: string, files: readonly ArchiveFile[]): void {
  const temporary = `${out}.${process.pid}.tmp`;
  try {
    for (const { path, content } of files) {
      const file = join(temporary, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    renameSync(temporary, out);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw new StoreError(`${shown(out)}: cannot be written: ${messageOf(error)}.`);
  }
}
