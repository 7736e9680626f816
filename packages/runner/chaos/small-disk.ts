import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/** A file system of its own, small enough to be filled. */
export interface SmallDisk {
  fill(): void;
  free(): void;
  unmount(): void;
}

const diskBytes = 8 * 2 ** 20;

/** Nothing when mounting is not permitted. */
export function mountSmallDisk(folder: string): SmallDisk | undefined {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${diskBytes}`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  const filler = join(folder, "filler");
  let mounted = true;
  return {
    fill() {
      if (!mounted) throw new Error("the small disk is gone");
      const file = openSync(filler, "w");
      try {
        for (const size of [1 << 16, 1 << 12]) fillBy(file, Buffer.alloc(size));
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler, { force: true }),
    unmount() {
      mounted = false;
      execFileSync("umount", ["-l", folder]);
    },
  };
}

function fillBy(file: number, bytes: Buffer): void {
  try {
    for (let written = 0; written <= diskBytes; written += bytes.length) writeSync(file, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") return;
    throw error;
  }
  throw new Error("the small disk takes more than its size: it is another one");
}
