/** A field of a protocol-buffers message: its number, and what it holds, a number or the bytes of anything else. */
export type Field = readonly [number: number, value: number | Uint8Array];

/**
 * The fields of a message in their order. Numbers are unsigned; fixed-width fields are given as their bytes.
 *
 * @throws RangeError at a wire type that the format has no longer, and at a message that is cut off
 */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  let position = 0;
  const take = (length: number) => {
    if (position + length > message.length) throw new RangeError(`message: ${message.length} bytes end within a field`);
    position += length;
    return message.subarray(position - length, position);
  };
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = take(1)[0]!;
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  };
  while (position < message.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield [number, varint()];
        break;
      case 1:
        yield [number, take(8)];
        break;
      case 2:
        yield [number, take(varint())];
        break;
      case 5:
        yield [number, take(4)];
        break;
      default:
        throw new RangeError(`message: field ${number} has wire type ${tag % 8}, which is none of 0, 1, 2, 5`);
    }
  }
}

/** A length-delimited field: its tag, the length and the bytes. */
export function field(number: number, bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([...varintBytes(number * 8 + 2), ...varintBytes(bytes.length), ...bytes]);
}

function varintBytes(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}
