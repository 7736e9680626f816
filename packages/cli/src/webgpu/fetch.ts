import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { InputError } from "@xattn/runner";
import { root } from "../workspace/paths.ts";

/** Where WebGPU for Node and a software adapter are kept, outside of what everyone installs. */
const vendorFolder = join(root, "packages/gpu/vendor");

/** What a person types, in the root of the workspace, to fetch them without running anything. */
export const fetchCommand =
  "npx -y pnpm@10.34.8 --dir packages/gpu/vendor install --ignore-workspace --frozen-lockfile --ignore-scripts";

/** Packages that could not be fetched: no network, no room, or the registry refused. Nothing was run. */
export class FetchError extends InputError {
  override readonly name = "FetchError";
}

export interface FetchOptions {
  readonly folder?: string;
  /** Program and arguments that install there, started in the folder. */
  readonly command?: readonly [string, ...string[]];
}

const installer = [
  ...["npx", "-y", "pnpm@10.34.8", "install"],
  ...["--ignore-workspace", "--frozen-lockfile", "--ignore-scripts"],
] as unknown as readonly [string, ...string[]];
/** A machine that is offline is told so within seconds, not minutes. */
const impatience = { npm_config_fetch_retries: "1", npm_config_fetch_retry_mintimeout: "1000" };
const pollMs = 200;
/** A fetch that takes longer was cut off, and left its mark behind. */
const longestMs = 15 * 60_000;
const keptCharacters = 2000;

/** Whether the folder holds what its lockfile names: pnpm leaves a copy of it when everything is in place. */
export function isFetched(folder: string = vendorFolder): boolean {
  const read = (path: string) => {
    try {
      return readFileSync(join(folder, path), "utf8");
    } catch {
      return undefined;
    }
  };
  const wanted = read("pnpm-lock.yaml");
  return wanted !== undefined && read("node_modules/.pnpm/lock.yaml") === wanted;
}

/**
 * Installs WebGPU for Node and a software adapter, unless they are there. Says what it fetches, how much, where to, and
 * how to undo it. Two processes do not install at once.
 *
 * @throws FetchError with the last words of the installer
 */
export async function fetchWebgpu(say: (line: string) => void, options: FetchOptions = {}): Promise<void> {
  const { folder = vendorFolder, command = installer } = options;
  const turn = join(folder, ".fetching");
  let told = false;
  while (!isFetched(folder)) {
    if (!take(turn)) {
      if (!told) say("waiting for another process, which is fetching WebGPU");
      told = true;
      await sleep(pollMs);
      continue;
    }
    try {
      say(
        `fetching WebGPU for Node and a software adapter, ${packagesIn(folder)}: about 130 MB to download, 240 MB on disk, into ${join(folder, "node_modules")}; delete that folder to undo`,
      );
      const problem = await install(command, folder);
      if (problem === undefined && isFetched(folder)) return;
      const reason = problem ?? "the installer ended well, and yet the packages are not what the lockfile names";
      throw new FetchError(`WebGPU could not be fetched: ${reason}. Try again with: ${fetchCommand}`);
    } finally {
      rmSync(turn, { recursive: true, force: true });
    }
  }
}

/** A folder is made by one process only. */
function take(turn: string): boolean {
  try {
    mkdirSync(turn);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST")
      throw new FetchError(`${turn}: ${(error as Error).message}`);
  }
  const age = Date.now() - (statSync(turn, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (age > longestMs) rmSync(turn, { recursive: true, force: true });
  return false;
}

function packagesIn(folder: string): string {
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  return Object.entries(dependencies)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
}

/** What went wrong, if anything. */
function install([program, ...words]: readonly [string, ...string[]], folder: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, words, {
      cwd: folder,
      env: { ...process.env, ...impatience },
      stdio: ["ignore", "pipe", "pipe"],
      // On Windows npx is a command file, which only a shell starts.
      shell: process.platform === "win32" && program === "npx",
    });
    let said = "";
    const keep = (chunk: Buffer) => {
      said = (said + chunk.toString("utf8")).slice(-keptCharacters);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => {
      const ending = signal ? `was ended by ${signal}` : `ended with code ${code}`;
      const words = said
        .trim()
        .split(/\s*\n\s*/)
        .slice(-4)
        .join(" | ");
      resolve(code === 0 ? undefined : `${program} ${ending}: ${words}`);
    });
  });
}
