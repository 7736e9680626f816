import { blankImage, channels, type Image } from "./image.ts";

/** For one output position: the first input position and the weights from there on, which sum to 1. */
interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

/**
 * Resizes with a triangle filter as wide as the reduction, so that no input pixel is skipped; enlarging is bilinear.
 * Colours are weighted by alpha, so that what is invisible leaves no fringe.
 *
 * @throws RangeError when a size is not a positive integer
 */
export function resize(image: Image, width: number, height: number): Image {
  for (const [name, size] of [["width", width] as const, ["height", height] as const]) {
    if (!Number.isSafeInteger(size) || size < 1) throw new RangeError(`${name}: ${size} is not a positive integer`);
  }
  const across = tapsFor(image.width, width);
  const down = tapsFor(image.height, height);
  const narrow = new Float64Array(width * image.height * channels);
  for (let y = 0; y < image.height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const { first, weights } = across[x]!;
      const target = (y * width + x) * channels;
      for (let tap = 0; tap < weights.length; tap += 1) {
        const source = (y * image.width + first + tap) * channels;
        const alpha = weights[tap]! * image.data[source + 3]!;
        narrow[target] = narrow[target]! + alpha * image.data[source]!;
        narrow[target + 1] = narrow[target + 1]! + alpha * image.data[source + 1]!;
        narrow[target + 2] = narrow[target + 2]! + alpha * image.data[source + 2]!;
        narrow[target + 3] = narrow[target + 3]! + alpha;
      }
    }
  }
  const result = blankImage(width, height);
  for (let y = 0; y < height; y += 1) {
    const { first, weights } = down[y]!;
    for (let x = 0; x < width; x += 1) {
      let [red, green, blue, alpha] = [0, 0, 0, 0];
      for (let tap = 0; tap < weights.length; tap += 1) {
        const source = ((first + tap) * width + x) * channels;
        const weight = weights[tap]!;
        red += weight * narrow[source]!;
        green += weight * narrow[source + 1]!;
        blue += weight * narrow[source + 2]!;
        alpha += weight * narrow[source + 3]!;
      }
      if (alpha <= 0) continue;
      const target = (y * width + x) * channels;
      result.data[target] = Math.round(red / alpha);
      result.data[target + 1] = Math.round(green / alpha);
      result.data[target + 2] = Math.round(blue / alpha);
      result.data[target + 3] = Math.round(alpha);
    }
  }
  return result;
}

function tapsFor(from: number, to: number): readonly Taps[] {
  const step = from / to;
  const reach = Math.max(1, step);
  return Array.from({ length: to }, (_, index) => {
    const centre = (index + 0.5) * step - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(from - 1, Math.floor(centre + reach));
    const weights = Float64Array.from({ length: last - first + 1 }, (_, tap) =>
      Math.max(0, 1 - Math.abs(first + tap - centre) / reach),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return sum > 0
      ? { first, weights: weights.map((weight) => weight / sum) }
      : { first: Math.min(from - 1, Math.max(0, Math.round(centre))), weights: new Float64Array([1]) };
  });
}
