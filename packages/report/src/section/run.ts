import type { Adapter, RunData, Verdict } from "@xattn/runner";
import { formatNumber } from "../format/number.ts";
import { formatWithUnit } from "../format/unit.ts";
import { formatDuration, formatParameters } from "../format/value.ts";
import { type TextTable, tableOf } from "./table.ts";

/** A sign for each verdict, so that colour is never all that tells them apart. */
export const SIGNS: Readonly<Record<Verdict, string>> = { holds: "✓", refuted: "✗", inconclusive: "≈", untested: "○" };

/** "285 cells ended ok, 3 timeout", and whether the run is complete. */
export function runSummary({ manifest, counts }: RunData): string {
  const others = Object.entries(counts).filter(([status, count]) => status !== "ok" && count > 0);
  const ended = [
    `${counts.ok} of ${manifest.cells} cells ended ok`,
    ...others.map(([status, count]) => `${count} ${status}`),
  ];
  const state = manifest.state === "complete" ? "" : ` The run is ${manifest.state}: what follows is provisional.`;
  return `${ended.join(", ")}.${state}`;
}

export function troublesTable({ troubles, counts }: RunData): TextTable | undefined {
  if (troubles.length === 0) return undefined;
  const total = counts.failed + counts.unsupported + counts.timeout;
  const rows = troubles.map(({ measure, status, parameters, message }) => [
    measure,
    status,
    formatParameters(parameters),
    message,
  ]);
  const note = total > rows.length ? `${rows.length} of ${total} are shown.` : undefined;
  return tableOf("Cells that did not end ok", ["measure", "status", "at", "message"], rows, undefined, note);
}

export function environmentTable({ manifest }: RunData): TextTable {
  const { environment, git, load } = manifest;
  const loads = (list: readonly number[] | undefined) => list?.map((value) => formatNumber(value, 2)).join(", ");
  const entries: readonly (readonly [string, string | undefined])[] = [
    ["Run", `${manifest.experiment}/${manifest.run}`],
    ["Profile", manifest.profile],
    [
      "Overrides",
      Object.entries(manifest.overrides)
        .map(([axis, values]) => `${axis} = ${values.join(", ")}`)
        .join("; ") || "none",
    ],
    ["Seed", String(manifest.seed)],
    ["Started", manifest.startedAt + (manifest.starts > 1 ? ` (${manifest.starts} starts)` : "")],
    ["Took", manifest.seconds === undefined ? undefined : formatDuration(manifest.seconds)],
    [
      "Processor",
      `${environment.cpu}, ${environment.cores} ${environment.cores === 1 ? "core" : "cores"}, ${environment.architecture}`,
    ],
    ["Memory", formatWithUnit(environment.memoryBytes, "bytes")],
    ["System", environment.os],
    ["Node", `${environment.node}, V8 ${environment.v8}`],
    ["Flags", environment.flags.join(" ") || "none"],
    ["Adapter", environment.adapter && adapterText(environment.adapter)],
    ["Clock", `${formatWithUnit(environment.timerResolutionNs, "ns")} a step`],
    ["Load before", loads(load.before)],
    ["Load after", loads(load.after)],
    ...Object.entries(environment.notes),
    ["Environment fingerprint", environment.fingerprint],
    [
      "Source",
      git.commit === null ? "no commit" : `commit ${git.commit}${git.dirty === true ? ", with local changes" : ""}`,
    ],
    ["Hash of the plan", manifest.planHash],
    ["Hash of the experiment", manifest.specHash],
    ["Hash of the source", manifest.sourceHash],
    ["Hash of the lockfile", manifest.lockfileHash ?? undefined],
  ];
  const rows = entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return tableOf("What the run ran on", ["what", "value"], rows);
}

function adapterText({ vendor, architecture, device, description, software, source }: Adapter): string {
  const name = [...new Set([vendor, architecture, device, description])].filter(Boolean).join(", ");
  const kind = software ? "software on the processor, whose times say nothing of GPUs" : "hardware";
  return `${name} (${kind}), found by ${source}`;
}

/** The commands that run the experiment again, and that compare a new run with this one. */
export function rerunCommands({ manifest }: RunData): { readonly again: string; readonly reproduce: string } {
  const at = manifest.command.search(/(^|\s)exp\s/);
  const launcher = at < 0 ? "npx -y pnpm@10.34.8" : manifest.command.slice(0, at).trim();
  const reproduce = [launcher, "exp", "reproduce", `${manifest.experiment}/${manifest.run}`].filter(Boolean).join(" ");
  return { again: manifest.command, reproduce };
}
