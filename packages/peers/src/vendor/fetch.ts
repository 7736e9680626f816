import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fetchCommand, isInstalled, vendorFolder } from "./folder.ts";
import { withLock } from "./lock.ts";

/** The peers could not be fetched: no network, no room, or the registry refused. */
export class FetchError extends Error {
  override readonly name = "FetchError";
}

export interface FetchOptions {
  /** Told what is being done, a line at a time; standard error when absent. */
  readonly say?: (line: string) => void;
  /** The folder to install into: one with a package.json and a pnpm-lock.yaml. */
  readonly folder?: string;
  /** Program and arguments that install there, started in the folder. */
  readonly command?: readonly [string, ...string[]];
  /** Where the lock and the reason of a failure are kept. */
  readonly cache?: string;
}

const cacheFolder = fileURLToPath(new URL("../../node_modules/.cache/peers/", import.meta.url));
const installer = [
  "npx",
  "-y",
  "pnpm@10.34.8",
  "install",
  "--ignore-workspace",
  "--frozen-lockfile",
  "--ignore-scripts",
] as const;
/** A machine that is offline is told so within seconds, not minutes. */
const impatience = { npm_config_fetch_retries: "1", npm_config_fetch_retry_mintimeout: "1000" };
const keptCharacters = 65_536;
const shownLines = 4;

/**
 * Installs the peers' packages, unless they are there. Says what it fetches, how much, where to, and how to undo it.
 * Two processes do not install at once.
 *
 * @throws FetchError with the last words of the installer
 */
export async function fetchPeers(options: FetchOptions = {}): Promise<void> {
  const { folder = vendorFolder, command = installer, cache = cacheFolder } = options;
  const say = options.say ?? ((line: string) => process.stderr.write(`${line}\n`));
  if (isInstalled(folder)) return;
  await withLock(
    join(cache, "lock"),
    (holder) => say(`waiting for process ${holder}, which is fetching the peers`),
    async () => {
      if (isInstalled(folder)) return;
      say(
        `fetching the peers to compare with, ${packagesIn(folder)}: about 157 MB to download, 520 MB on disk, into ${join(folder, "node_modules")}; delete that folder to undo`,
      );
      const problem = await install(command, folder);
      const failure = failureFile(cache);
      if (problem === undefined && isInstalled(folder)) {
        rmSync(failure, { force: true });
        return;
      }
      const reason = problem ?? "the installer ended well, and yet the packages are not what the lockfile names";
      mkdirSync(dirname(failure), { recursive: true });
      writeFileSync(failure, reason);
      throw new FetchError(`the peers could not be fetched: ${reason}. Try again with: ${fetchCommand}`);
    },
  );
}

/** Why the last try to fetch failed; nothing when it did not. */
export function lastFailure(cache: string = cacheFolder): string | undefined {
  try {
    return readFileSync(failureFile(cache), "utf8");
  } catch {
    return undefined;
  }
}

function failureFile(cache: string): string {
  return join(cache, "failure.txt");
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
      resolve(code === 0 ? undefined : `${program} ${ending}: ${gist(said)}`);
    });
  });
}

/** The first lines that speak of an error, without stacks and paths of logs; the last lines when none does. */
function gist(said: string): string {
  const lines = said
    .split("\n")
    .map((line) => line.replace(/^npm error /, "").trim())
    .filter((line) => line !== "" && !/^at |complete log/.test(line));
  const telling = lines.filter((line) => /err|fail|refused|denied|no space/i.test(line));
  return (telling.length > 0 ? telling.slice(0, shownLines) : lines.slice(-shownLines)).join(" | ");
}
