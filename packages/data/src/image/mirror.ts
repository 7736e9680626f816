import { blankImage, channels, type Image } from "./image.ts";

/** Left and right exchanged. */
export function mirror(image: Image): Image {
  const result = blankImage(image.width, image.height);
  for (let y = 0; y < image.height; y += 1) {
    for (let x = 0; x < image.width; x += 1) {
      const source = (y * image.width + x) * channels;
      const target = (y * image.width + image.width - 1 - x) * channels;
      result.data.set(image.data.subarray(source, source + channels), target);
    }
  }
  return result;
}
