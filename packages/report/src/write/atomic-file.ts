import { rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ReportWriteError } from "../errors/errors.ts";

let count = 0;

/**
 * Writes a file under another name in the same folder and renames it, so that a reader sees the old file or the new
 * one, never a part.
 *
 * @throws {ReportWriteError} when the disk refuses; the half-written file is removed.
 */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  count += 1;
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${count}.tmp`);
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new ReportWriteError(path, error);
  }
}
