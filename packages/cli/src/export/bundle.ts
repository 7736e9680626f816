import { createHash } from "node:crypto";
import type { RunData, StoredManifest } from "@xattn/runner";
import type { ArchiveFile } from "./tar.ts";

/** What goes into a bundle beside the run. */
export interface BundleSources {
  /** Files of the run folder, by path within it. */
  readonly run: readonly ArchiveFile[];
  /** The file of the experiment; absent when it is gone. */
  readonly spec: Uint8Array | undefined;
  /** Whether the spec still plans the cells of the run. */
  readonly samePlan: boolean;
  /** The code of the workspace, and its lockfile. */
  readonly workspace: readonly ArchiveFile[];
  /** Whether that is the code of the run. */
  readonly sameCode: boolean;
}

/** The one command that runs a bundle again and compares, in the folder that it was unpacked in. */
export const bundleCommand = "npx -y pnpm@10.34.8 exp reproduce run";

/**
 * All that another person needs to judge a run and to run it again, with nothing but Node and npm: the experiment, the
 * code that it runs, the versions of all libraries, the run with its raw samples and report, a checklist, and the
 * checksum of every file.
 */
export function bundleFiles(
  data: RunData & { readonly manifest: StoredManifest },
  sources: BundleSources,
): ArchiveFile[] {
  const { manifest } = data;
  const files: ArchiveFile[] = [
    ...(sources.spec ? [{ path: `experiments/${manifest.experiment}.ts`, content: sources.spec }] : []),
    ...sources.workspace,
    ...sources.run.map(({ path, content }) => ({ path: `run/${path}`, content })),
    { path: "CHECKLIST.md", content: Buffer.from(checklist(data, sources)) },
    { path: "README.md", content: Buffer.from(readme(data)) },
  ];
  const sums = files.map(({ path, content }) => `${sha256(content)}  ${path}\n`).join("");
  return [...files, { path: "SHA256SUMS", content: Buffer.from(sums) }];
}

function readme({ title, question, manifest }: RunData): string {
  const commit = manifest.git.commit;
  return `# ${title}

${question}

The run ${manifest.run} of the experiment \`${manifest.experiment}\`, with all that it takes to run it again.

## Run it again

With Node 20.19 or newer, in the folder that this archive was unpacked in:

\`\`\`sh
${bundleCommand}
\`\`\`

It installs the libraries of the lockfile, runs the same cells by the code that is here, and compares every column, exponent and claim with the run that is here; its exit code is 0 when all agree.${commit === null ? "" : ` The code was at commit ${commit}.`}

## What is here

- \`run/\`: the run; \`ledger.jsonl\` has every outcome with its raw samples, \`report.html\` is the report
- \`experiments/${manifest.experiment}.ts\`: the experiment
- \`packages/\`, \`tools/\`: the code, without its tests
- \`pnpm-lock.yaml\`: the versions of everything that was installed
- \`CHECKLIST.md\`: what is known about the run, and what is not
- \`SHA256SUMS\`: checksums; \`sha256sum -c SHA256SUMS\` checks them
`;
}

function checklist(data: RunData, { spec, samePlan, workspace, sameCode, run }: BundleSources): string {
  const { manifest, counts, claims } = data;
  const { environment, git } = manifest;
  const has = (name: string) => run.some(({ path }) => path === name);
  const lockfile = workspace.find(({ path }) => path === "pnpm-lock.yaml")?.content;
  const sameLockfile = lockfile !== undefined && sha256(lockfile) === manifest.lockfileHash;
  const items: readonly (readonly [boolean, string])[] = [
    [manifest.state === "complete", `The run is complete (${manifest.state}).`],
    [counts.failed + counts.timeout === 0, `No cell failed: ${told(counts)}.`],
    [spec !== undefined, "The experiment's file is in the bundle."],
    [samePlan, "The experiment's file plans the same cells as the run had."],
    [sameCode, "The code in the bundle is the code of the run."],
    [git.commit !== null, `The commit is known: ${git.commit ?? "none"}.`],
    [git.dirty === false, "The tree had no changes beside that commit."],
    [sameLockfile, "The lockfile in the bundle is the one of the run."],
    [true, `Everything random comes from the seed ${manifest.seed}.`],
    [has("ledger.jsonl"), "Raw samples and outcomes of all cells are in the ledger."],
    [has("report.html"), "The report is in the bundle."],
    [
      claims.every(({ verdict }) => verdict !== "untested"),
      `Every claim was tested: ${claims.map(({ name, verdict }) => `${name} ${verdict}`).join(", ") || "there is none"}.`,
    ],
  ];
  const surroundings = [
    `processor: ${environment.cpu}, ${environment.cores} cores, ${environment.architecture}`,
    `system: ${environment.os}, ${environment.memoryBytes} bytes of memory`,
    `runtime: Node ${environment.node}, V8 ${environment.v8}, flags ${environment.flags.join(" ") || "none"}`,
    `load before and after: ${manifest.load.before.join(" ")}; ${manifest.load.after?.join(" ") ?? "unknown"}`,
  ];
  return `# Checklist

${items.map(([holds, text]) => `- [${holds ? "x" : " "}] ${text}`).join("\n")}

## Surroundings

${surroundings.map((line) => `- ${line}`).join("\n")}
`;
}

function told(counts: RunData["counts"]): string {
  return Object.entries(counts)
    .map(([status, count]) => `${count} ${status}`)
    .join(", ");
}

function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
