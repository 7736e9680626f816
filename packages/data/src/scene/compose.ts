import { channels, type Image } from "../image/image.ts";
import type { Box } from "./layout.ts";
import { sceneSide } from "./size.ts";

/** What is seen of one thing: 0 … 255 for each of the scene's 512×512 pixels. */
export type VisibleMask = Uint8Array;

export interface Composition {
  readonly image: Image;
  /** One for each thing, in the order they were given; what a later thing covers is not visible. */
  readonly masks: readonly VisibleMask[];
}

/** A picture of the size of its box. */
export interface Placed {
  readonly image: Image;
  readonly box: Box;
}

/** Lays cut-outs on a ground, later ones over earlier ones ("over" of Porter and Duff 1984). */
export function compose(ground: Image, things: readonly Placed[]): Composition {
  const data = ground.data.slice();
  const masks: Uint8Array[] = [];
  for (const { image, box } of things) {
    const mask = new Uint8Array(sceneSide * sceneSide);
    for (let y = 0; y < image.height; y += 1) {
      for (let x = 0; x < image.width; x += 1) {
        const source = (y * image.width + x) * channels;
        const alpha = image.data[source + 3]! / 255;
        if (alpha === 0) continue;
        const pixel = (box.top + y) * sceneSide + box.left + x;
        for (let channel = 0; channel < 3; channel += 1) {
          const under = data[pixel * channels + channel]!;
          data[pixel * channels + channel] = Math.round(under + (image.data[source + channel]! - under) * alpha);
        }
        for (const earlier of masks) earlier[pixel] = Math.round(earlier[pixel]! * (1 - alpha));
        mask[pixel] = image.data[source + 3]!;
      }
    }
    masks.push(mask);
  }
  return { image: { width: sceneSide, height: sceneSide, data }, masks };
}
