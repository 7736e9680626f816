import { mkdirSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { lockState, tryLock } from "@xattn/runner";
import { HostTakenError } from "../errors/errors.ts";

/**
 * The right to serve this machine. Two worker processes on one would disturb each other's timed cells, and neither
 * would see it.
 *
 * @param folder where the lock lies; one a user in the system's folder for temporary files when absent
 * @throws HostTakenError naming the process that has it
 */
export function lockHost(folder = join(tmpdir(), `xattn-worker-${userInfo().uid}`)): { release(): void } {
  mkdirSync(folder, { recursive: true });
  const lock = tryLock(folder);
  if (lock) return lock;
  const state = lockState(folder);
  const holder = state.kind === "free" || state.process === null ? "another process" : `process ${state.process}`;
  throw new HostTakenError(
    `This machine is served by ${holder} already, and two would disturb each other's timed cells. For more cells at once, start one worker with --concurrency N.`,
  );
}
