import { renameSync, rmSync, writeFileSync } from "node:fs";
import { messageOf, StoreError } from "../errors/errors.ts";

/**
 * Writes a file so that readers see the old one or the new one, never a part: to a name of its own beside it,
 * then by rename.
 *
 * @throws StoreError naming the file; the old file is kept
 */
export function writeAtomic(file: string, content: string | Uint8Array): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new StoreError(`${file}: cannot be written: ${messageOf(error)}.`);
  }
}
