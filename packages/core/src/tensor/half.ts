/** A binary floating-point format of 16 bits: one sign bit, `exponentBits`, and the rest fraction. */
interface Format {
  readonly exponentBits: number;
  readonly fractionBits: number;
}

const binary16: Format = { exponentBits: 5, fractionBits: 10 };
const brain16: Format = { exponentBits: 8, fractionBits: 7 };

/** The bits of the float16 (IEEE 754 binary16) nearest to the number, ties to even; overflow gives ±∞. */
export const toFloat16Bits = (value: number): number => encode(value, binary16);

/** The number that 16 bits of IEEE 754 binary16 stand for. */
export const fromFloat16Bits = (bits: number): number => decode(bits, binary16);

/** The bits of the bfloat16 nearest to the number, ties to even, without a detour over float32; overflow gives ±∞. */
export const toBfloat16Bits = (value: number): number => encode(value, brain16);

/** The number that 16 bits of bfloat16 stand for. */
export const fromBfloat16Bits = (bits: number): number => decode(bits, brain16);

const float64Word = new Float64Array(1);
const highAndLow = new Uint32Array(float64Word.buffer);
const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** ⌊log₂ value⌋ of a normal positive float64; −1023 for zero and subnormal ones. */
function exponentOf(value: number): number {
  float64Word[0] = value;
  return ((highAndLow[littleEndian ? 1 : 0]! >>> 20) & 0x7ff) - 1023;
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

function encode(value: number, { exponentBits, fractionBits }: Format): number {
  const bias = 2 ** (exponentBits - 1) - 1;
  const infinity = (2 ** exponentBits - 1) << fractionBits;
  if (Number.isNaN(value)) return infinity | (1 << (fractionBits - 1));
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude === Number.POSITIVE_INFINITY) return sign | infinity;
  const exponent = Math.max(1 - bias, exponentOf(magnitude));
  const units = roundHalfToEven(magnitude * 2 ** (fractionBits - exponent));
  // The implicit leading one of a normal number adds itself to the exponent field, as does a carry out of rounding.
  return sign | Math.min(infinity, ((exponent + bias - 1) << fractionBits) + units);
}

function decode(bits: number, { exponentBits, fractionBits }: Format): number {
  const bias = 2 ** (exponentBits - 1) - 1;
  const sign = bits & 0x8000 ? -1 : 1;
  const field = (bits & 0x7fff) >>> fractionBits;
  const fraction = bits & ((1 << fractionBits) - 1);
  if (field === 2 ** exponentBits - 1) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (field === 0) return sign * fraction * 2 ** (1 - bias - fractionBits);
  return sign * ((1 << fractionBits) + fraction) * 2 ** (field - bias - fractionBits);
}
