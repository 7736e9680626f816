import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseChecksums } from "./checksums.ts";
import { PackError } from "./errors.ts";
import { checksumFile, type PackFileName, type PackFiles, packFileNames } from "./files.ts";
import type { Pack } from "./pack.ts";
import { parsePack } from "./parse.ts";

/** The pack that comes with the package. */
export const packFolder = fileURLToPath(new URL("../../pack/", import.meta.url));

/**
 * Reads a pack from a folder and verifies the checksums of what it reads.
 *
 * @param folder the one that comes with the package when absent
 * @throws PackError when a file is missing, damaged or not of this version
 */
export function loadPack(folder: string = packFolder): Pack {
  const checksums = parseChecksums(new TextDecoder().decode(read(folder, checksumFile)));
  const files = Object.fromEntries(
    packFileNames.map((name): [PackFileName, Uint8Array] => {
      const bytes = read(folder, name);
      const found = createHash("sha256").update(bytes).digest("hex");
      const wanted = checksums.get(name);
      if (found !== wanted) {
        throw new PackError(`${join(folder, name)}: its SHA-256 is ${found}, but ${checksumFile} says ${wanted}`);
      }
      return [name, bytes];
    }),
  ) as PackFiles;
  return parsePack(files);
}

function read(folder: string, name: string): Uint8Array {
  try {
    return readFileSync(join(folder, name));
  } catch (error) {
    throw new PackError(`${join(folder, name)}: cannot be read, ${(error as Error).message}`);
  }
}
