import { blankImage, channels, type Image } from "./image.ts";

/**
 * The part of a picture from (left, top) on.
 *
 * @throws RangeError when it does not lie within the picture
 */
export function crop(image: Image, left: number, top: number, width: number, height: number): Image {
  const inside = left >= 0 && top >= 0 && width >= 1 && height >= 1;
  if (!inside || left + width > image.width || top + height > image.height) {
    throw new RangeError(
      `crop: ${width}×${height} at (${left}, ${top}) does not lie within ${image.width}×${image.height}`,
    );
  }
  const result = blankImage(width, height);
  for (let y = 0; y < height; y += 1) {
    const start = ((top + y) * image.width + left) * channels;
    result.data.set(image.data.subarray(start, start + width * channels), y * width * channels);
  }
  return result;
}
