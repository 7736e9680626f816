import { gzipSync } from "node:zlib";

/** A file of an archive. */
export interface ArchiveFile {
  /** Path within the archive, with slashes. */
  readonly path: string;
  readonly content: Uint8Array;
}

const blockBytes = 512;

/**
 * A gzipped tar archive in the ustar format (POSIX.1-1988), the same bytes for the same files: no owner, all files
 * readable, one time for all.
 *
 * @param time of all files, in seconds since 1970
 * @throws RangeError when a path is longer than the format can hold (a name of 100 bytes in a folder of 155)
 */
export function tarGz(files: readonly ArchiveFile[], time: number): Buffer {
  const blocks = files.flatMap(({ path, content }) => [
    header(path, content.byteLength, time),
    content,
    Buffer.alloc((blockBytes - (content.byteLength % blockBytes)) % blockBytes),
  ]);
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]), { level: 9 });
}

function header(path: string, size: number, time: number): Buffer {
  const block = Buffer.alloc(blockBytes);
  const { name, prefix } = split(path);
  const put = (text: string, at: number) => block.write(text, at, "utf8");
  const number = (value: number, at: number, digits: number) => put(value.toString(8).padStart(digits, "0"), at);
  put(name, 0);
  number(0o644, 100, 7);
  number(0, 108, 7);
  number(0, 116, 7);
  number(size, 124, 11);
  number(time, 136, 11);
  put(" ".repeat(8), 148);
  put("0", 156);
  put("ustar\0", 257);
  put("00", 263);
  put(prefix, 345);
  number(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  block[154] = 0;
  return block;
}

/** A long path is cut at a slash into a prefix and a name. */
function split(path: string): { name: string; prefix: string } {
  if (Buffer.byteLength(path) <= 100) return { name: path, prefix: "" };
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return { name, prefix };
  }
  throw new RangeError(`${path}: the path is too long for a tar archive`);
}
