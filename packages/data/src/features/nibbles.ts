/** 4-bit codes 0 … 15 stand for centre + (code − 7.5) · step of their channel. */
export interface NibbleScale {
  /** [channels] */
  readonly centre: Float32Array;
  /** [channels], positive */
  readonly step: Float32Array;
}

const levels = 16;
const middle = (levels - 1) / 2;
/** Steps to choose from, in standard deviations: the widest covers ±4.5 of them. */
const candidates = Array.from({ length: 25 }, (_, index) => 0.12 + 0.02 * index);

/**
 * A scale for each channel: its mean, and the step among 0.12 … 0.6 standard deviations that leaves the smallest mean
 * square error (a finer step clips more).
 *
 * @param values [count, channels]
 */
export function fitNibbleScale(values: Float32Array, channels: number): NibbleScale {
  const count = values.length / channels;
  const centre = new Float32Array(channels);
  const step = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel += 1) {
    let sum = 0;
    let squares = 0;
    for (let at = channel; at < values.length; at += channels) {
      sum += values[at]!;
      squares += values[at]! ** 2;
    }
    const mean = sum / count;
    const deviation = Math.sqrt(Math.max(squares / count - mean * mean, 1e-24));
    const errors = candidates.map((candidate) => meanSquare(values, channel, channels, mean, candidate * deviation));
    centre[channel] = mean;
    step[channel] = candidates[errors.indexOf(Math.min(...errors))]! * deviation;
  }
  return { centre, step };
}

function meanSquare(values: Float32Array, channel: number, channels: number, centre: number, step: number): number {
  let sum = 0;
  for (let at = channel; at < values.length; at += channels) {
    sum += (values[at]! - (centre + (codeOf(values[at]!, centre, step) - middle) * step)) ** 2;
  }
  return sum;
}

function codeOf(value: number, centre: number, step: number): number {
  return Math.min(levels - 1, Math.max(0, Math.round((value - centre) / step + middle)));
}

/**
 * @param values [count, channels], channels even
 * @returns [count, channels / 2]: the code of an even channel in the low half of a byte, of the next in the high half
 */
export function toNibbles(values: Float32Array, { centre, step }: NibbleScale): Uint8Array {
  const channels = centre.length;
  const codes = new Uint8Array(values.length / 2);
  for (let at = 0; at < values.length; at += 1) {
    const channel = at % channels;
    const code = codeOf(values[at]!, centre[channel]!, step[channel]!);
    codes[at >> 1] = codes[at >> 1]! | (code << (4 * (at & 1)));
  }
  return codes;
}

/** The values that codes stand for: [count, channels]. */
export function fromNibbles(codes: Uint8Array, { centre, step }: NibbleScale): Float32Array {
  const channels = centre.length;
  return Float32Array.from({ length: codes.length * 2 }, (_, at) => {
    const channel = at % channels;
    const code = (codes[at >> 1]! >> (4 * (at & 1))) & 15;
    return centre[channel]! + (code - middle) * step[channel]!;
  });
}

/** Parts 0 … 1 as 4-bit codes, so that 0 and 1 come back exactly; two to a byte. */
export function partsToNibbles(parts: Float32Array): Uint8Array {
  const codes = new Uint8Array(parts.length / 2);
  for (let at = 0; at < parts.length; at += 1) {
    // A sliver of a thing keeps the least code, so that no cell with some of it reads as empty.
    const code = parts[at]! > 0.01 ? Math.max(1, Math.round(parts[at]! * (levels - 1))) : 0;
    codes[at >> 1] = codes[at >> 1]! | (code << (4 * (at & 1)));
  }
  return codes;
}

/** The parts that codes stand for. */
export function partsFromNibbles(codes: Uint8Array): Float32Array {
  return Float32Array.from(
    { length: codes.length * 2 },
    (_, at) => ((codes[at >> 1]! >> (4 * (at & 1))) & 15) / (levels - 1),
  );
}
