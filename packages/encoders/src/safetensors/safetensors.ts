import { ArgumentError, type DType, type Tensor, tensor } from "@xattn/core";

/** Named tensors with notes in text, as a safetensors file holds them. */
export interface NamedTensors {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const typeNames = { float64: "F64", float32: "F32", float16: "F16", bfloat16: "BF16" } as const;
const types = new Map(Object.entries(typeNames).map(([dtype, name]) => [name as string, dtype as DType]));
const headerAlignment = 8;
const lengthBytes = 8;

/**
 * A safetensors file: the header's length as 8 bytes, little-endian, the header in JSON, padded with spaces so that
 * data is aligned, then all elements, row-major and little-endian (safetensors format specification). Tensors stand in
 * the order of their keys here, so that the same tensors give the same bytes.
 */
export function writeSafetensors({ tensors, metadata }: NamedTensors): Uint8Array {
  const header: Record<string, Entry | NamedTensors["metadata"]> = { __metadata__: metadata };
  let length = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: typeNames[dtype], shape, data_offsets: [length, length + data.byteLength] };
    length += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = lengthBytes + Math.ceil(json.length / headerAlignment) * headerAlignment;
  const bytes = new Uint8Array(start + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - lengthBytes), true);
  bytes.fill(" ".charCodeAt(0), lengthBytes, start);
  bytes.set(json, lengthBytes);
  let offset = start;
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}

/**
 * The tensors of a safetensors file, each in storage of its own.
 *
 * @throws ArgumentError for a file that is cut off, and for element types that a tensor cannot have
 */
export function readSafetensors(bytes: Uint8Array): NamedTensors {
  const start = lengthBytes + headerLength(bytes);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(lengthBytes, start))) as Record<string, Entry>;
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = Object.entries(entries).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [from, to],
      },
    ]) => {
      if (start + to > bytes.length) {
        throw new ArgumentError(`bytes: ${bytes.length} of them end before ${name}, which needs ${start + to}`);
      }
      return [
        name,
        elements(name, dtype, shape, Uint8Array.from(bytes.subarray(start + from, start + to)).buffer),
      ] as const;
    },
  );
  return { tensors: Object.fromEntries(tensors), metadata: metadata as NamedTensors["metadata"] };
}

function headerLength(bytes: Uint8Array): number {
  const length =
    bytes.length < lengthBytes
      ? Number.POSITIVE_INFINITY
      : Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (lengthBytes + length > bytes.length) {
    throw new ArgumentError(`bytes: ${bytes.length} of them end before the header of a safetensors file does`);
  }
  return length;
}

function elements(name: string, typeName: string, shape: readonly number[], buffer: ArrayBuffer): Tensor {
  const dtype = types.get(typeName);
  switch (dtype) {
    case "float64":
      return tensor(shape, new Float64Array(buffer));
    case "float32":
      return tensor(shape, new Float32Array(buffer));
    case "float16":
    case "bfloat16":
      return tensor(shape, new Uint16Array(buffer), dtype);
    case undefined:
      throw new ArgumentError(`${name}: element type ${typeName} is none of ${[...types.keys()].join(", ")}`);
  }
}
