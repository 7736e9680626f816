import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
  /** Reads no more of its standard output, as `head` does. */
  hangUp(): void;
  /** Resolves when the standard error so far matches. */
  said(pattern: RegExp): Promise<void>;
}

/** Starts `exp` as a process of its own. */
export function start(words: readonly string[], cwd = root): Started {
  const child = spawn(
    process.execPath,
    [
      "--disable-warning=DEP0180",
      "--import",
      join(root, "register.mjs"),
      join(root, "packages/cli/src/main.ts"),
      ...words,
    ],
    { cwd, env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let stdout = "";
  let stderr = "";
  const waiting: (() => void)[] = [];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
    for (const check of waiting) check();
  });
  return {
    ended: new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }))),
    kill: (signal) => {
      child.kill(signal);
    },
    hangUp: () => {
      child.stdout.destroy();
    },
    said: (pattern) =>
      new Promise((resolve) => {
        const check = () => {
          if (pattern.test(stderr)) resolve();
        };
        waiting.push(check);
        check();
      }),
  };
}

export function exp(...words: string[]): Promise<Ended> {
  return start(words).ended;
}

/** An empty folder inside this package, so that files in it resolve the workspace's packages. */
export function scratchFolder(): string {
  const base = fileURLToPath(new URL("../.vitest/", import.meta.url));
  mkdirSync(base, { recursive: true });
  return mkdtempSync(join(base, "scratch-"));
}

/** Writes a spec file and returns its path. */
export function writeSpec(folder: string, name: string, text: string): string {
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, text);
  return file;
}
