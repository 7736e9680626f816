/** Bytes of one protocol-buffers message, field after field. */
export type Message = readonly number[];

/** Wire types of the encoding: how the bytes after a key are delimited. */
const wire = { varint: 0, lengthDelimited: 2, fixed32: 5 } as const;

const encoder = new TextEncoder();

/** A field of type int32, int64 or enum; non-negative numbers up to 2⁵³ only. */
export function integerField(field: number, value: number): Message {
  return [...varint((field << 3) | wire.varint), ...varint(value)];
}

/** A field of type float. */
export function floatField(field: number, value: number): Message {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [...varint((field << 3) | wire.fixed32), ...bytes];
}

/** A field of type string. */
export function textField(field: number, text: string): Message {
  return delimited(field, [...encoder.encode(text)]);
}

/** A field that holds another message. */
export function messageField(field: number, ...parts: readonly Message[]): Message {
  return delimited(field, parts.flat());
}

function delimited(field: number, bytes: Message): Message {
  return [...varint((field << 3) | wire.lengthDelimited), ...varint(bytes.length), ...bytes];
}

/** Seven bits a byte, the lowest first; the top bit says that more follow. */
function varint(value: number): Message {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`value: ${value} needs to be a whole number from 0 to 2⁵³ − 1`);
  }
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return bytes;
}
