const blockSize = 512;

/** The regular files of a tar archive (POSIX ustar), by name. @throws RangeError when the archive is cut off */
export function filesOfTar(archive: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const text = (from: number, length: number) =>
    new TextDecoder().decode(archive.subarray(from, from + length)).replace(/\0.*$/s, "");
  for (let at = 0; at + blockSize <= archive.length && archive[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12).trim() || "0", 8);
    const body = at + blockSize;
    if (body + size > archive.length) throw new RangeError(`archive: ends inside of ${text(at, 100)}`);
    const kind = text(at + 156, 1);
    if (kind === "" || kind === "0") files.set(text(at, 100), archive.subarray(body, body + size));
    at = body + Math.ceil(size / blockSize) * blockSize;
  }
  return files;
}
