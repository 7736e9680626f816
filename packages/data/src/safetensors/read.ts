import { z } from "zod";
import { isDType, type SafetensorsDType } from "./dtype.ts";
import { SafetensorsError } from "./errors.ts";
import { countOuterKeys } from "./keys.ts";
import { byteCount, type SafeTensor, type Safetensors } from "./tensor.ts";

const lengthBytes = 8;
/** What the reference implementation accepts. */
const mostHeaderBytes = 100_000_000;

const size = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const entry = z.strictObject({
  dtype: z.custom<SafetensorsDType>(isDType, "is not an element type of the format"),
  shape: z.array(size),
  data_offsets: z.tuple([size, size]),
});
const metadataEntry = z.record(z.string(), z.string());

/**
 * Reads the safetensors format (huggingface.co/docs/safetensors): an 8-byte little-endian length, a JSON header, then
 * the elements of all tensors without gaps. The tensors share memory with `bytes`.
 *
 * @throws SafetensorsError when the length, the header, an element type, a shape or an offset is wrong, when tensors
 *   overlap or leave gaps, when names repeat, or when bytes are left over
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const { text, start } = headerText(bytes);
  let metadata: Readonly<Record<string, string>> = {};
  const tensors = new Map<string, SafeTensor>();
  const ranges: { readonly name: string; readonly from: number; readonly to: number }[] = [];
  for (const [name, value] of headerEntries(text)) {
    if (name === "__metadata__") {
      metadata = need(metadataEntry, value, "__metadata__");
      continue;
    }
    const { dtype, shape, data_offsets } = need(entry, value, `tensor ${JSON.stringify(name)}`);
    const [from, to] = data_offsets;
    const needs = byteCount(dtype, shape);
    if (to - from !== needs) {
      throw new SafetensorsError(
        `tensor ${JSON.stringify(name)}: ${dtype} of shape [${shape.join(", ")}] takes ${needs} bytes, but its offsets ${from} … ${to} hold ${to - from}`,
      );
    }
    if (start + to > bytes.length) {
      throw new SafetensorsError(
        `tensor ${JSON.stringify(name)}: ends at ${to}, but there are ${bytes.length - start} bytes of data`,
      );
    }
    ranges.push({ name, from, to });
    tensors.set(name, { dtype, shape, bytes: bytes.subarray(start + from, start + to) });
  }
  needNoGaps(ranges, bytes.length - start);
  return { tensors, metadata };
}

function headerText(bytes: Uint8Array): { readonly text: string; readonly start: number } {
  if (bytes.length < lengthBytes) {
    throw new SafetensorsError(`the file has ${bytes.length} bytes, and needs 8 for the length of its header`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(mostHeaderBytes)) {
    throw new SafetensorsError(`the header would have ${length} bytes; at most ${mostHeaderBytes} are allowed`);
  }
  const start = lengthBytes + Number(length);
  if (start > bytes.length) {
    throw new SafetensorsError(`the header would end at ${start}, but the file has ${bytes.length} bytes`);
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(lengthBytes, start)), start };
  } catch {
    throw new SafetensorsError("the header is not UTF-8");
  }
}

function headerEntries(text: string): readonly [string, unknown][] {
  if (!text.startsWith("{")) throw new SafetensorsError("the header does not begin with {");
  let value: object;
  try {
    value = JSON.parse(text) as object;
  } catch (error) {
    throw new SafetensorsError(`the header is not JSON: ${(error as Error).message}`);
  }
  const entries: [string, unknown][] = Object.entries(value);
  if (countOuterKeys(text) !== entries.length) throw new SafetensorsError("the header names a tensor twice");
  return entries;
}

function need<Output>(schema: z.ZodType<Output>, value: unknown, what: string): Output {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const where = issue?.path.map(String).join(".");
  throw new SafetensorsError(`${what}: ${where ? `${where}: ` : ""}${issue?.message ?? checked.error.message}`);
}

function needNoGaps(
  ranges: readonly { readonly name: string; readonly from: number; readonly to: number }[],
  dataBytes: number,
): void {
  const ordered = [...ranges].sort((first, second) => first.from - second.from || first.to - second.to);
  let end = 0;
  for (const { name, from, to } of ordered) {
    if (from !== end) {
      throw new SafetensorsError(
        `tensor ${JSON.stringify(name)}: begins at ${from}, but the one before ends at ${end}`,
      );
    }
    end = to;
  }
  if (end !== dataBytes) throw new SafetensorsError(`the tensors take ${end} bytes of the ${dataBytes} bytes of data`);
}
