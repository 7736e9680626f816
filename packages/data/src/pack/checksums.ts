import { PackError } from "./errors.ts";

const line = /^([0-9a-f]{64}) [ *](.+)$/;

/**
 * Reads what `sha256sum` writes: a checksum and a path on each line.
 *
 * @throws PackError when a line is something else
 */
export function parseChecksums(text: string): ReadonlyMap<string, string> {
  const lines = text.split("\n").filter((each) => each !== "");
  return new Map(
    lines.map((each) => {
      const [, checksum, path] = line.exec(each) ?? [];
      if (checksum === undefined || path === undefined) {
        throw new PackError(`SHA256SUMS: ${JSON.stringify(each)} is not a checksum and a path`);
      }
      return [path, checksum];
    }),
  );
}

/** The lines for files with these checksums, ordered by path. */
export function formatChecksums(checksums: ReadonlyMap<string, string>): string {
  return [...checksums]
    .sort(([first], [second]) => (first < second ? -1 : 1))
    .map(([path, checksum]) => `${checksum}  ${path}\n`)
    .join("");
}
