import { elementBytes } from "./dtype.ts";
import { SafetensorsError } from "./errors.ts";
import { byteCount, type Safetensors } from "./tensor.ts";

const lengthBytes = 8;

/**
 * Writes the safetensors format: the widest element types first and then by name, the header padded with spaces, so
 * that the data of every tensor is aligned. The same contents give the same bytes.
 *
 * @throws SafetensorsError when a tensor's bytes are not what its type and shape take, or its name is `__metadata__`
 */
export function writeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const ordered = [...tensors].sort(
    ([firstName, first], [secondName, second]) =>
      elementBytes[second.dtype] - elementBytes[first.dtype] || (firstName < secondName ? -1 : 1),
  );
  const entries: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) entries.push(["__metadata__", metadata]);
  let end = 0;
  for (const [name, { dtype, shape, bytes }] of ordered) {
    if (name === "__metadata__") throw new SafetensorsError("a tensor cannot be named __metadata__");
    const needs = byteCount(dtype, shape);
    if (bytes.length !== needs) {
      throw new SafetensorsError(
        `tensor ${JSON.stringify(name)}: ${dtype} of shape [${shape.join(", ")}] takes ${needs} bytes, not ${bytes.length}`,
      );
    }
    entries.push([name, { dtype, shape, data_offsets: [end, end + needs] }]);
    end += needs;
  }
  const text = new TextEncoder().encode(headerJson(entries));
  const headerBytes = Math.ceil(text.length / lengthBytes) * lengthBytes;
  const file = new Uint8Array(lengthBytes + headerBytes + end).fill(" ".charCodeAt(0), 0, lengthBytes + headerBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.set(text, lengthBytes);
  let at = lengthBytes + headerBytes;
  for (const [, { bytes }] of ordered) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/** Unlike an object, keeps the order of names that look like numbers, and a name such as `__proto__`. */
function headerJson(entries: readonly [string, unknown][]): string {
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`;
}
