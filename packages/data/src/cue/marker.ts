import { channels, type Image } from "../image/image.ts";
import type { VisibleMask } from "../scene/compose.ts";
import type { Box } from "../scene/layout.ts";
import { sceneSide } from "../scene/size.ts";

/** Side of the marker in pixels: a little more than a cell. */
export const markerSide = 44;
const gap = 4;

/**
 * Where to stick the marker so that it stands beside a thing: of eight places around its box, the one that hides
 * least of any thing, and the first of those that are equal.
 *
 * @param masks what is seen of every thing of the scene
 */
export function placeMarker(box: Box, masks: readonly VisibleMask[]): Box {
  const { left, top, right, bottom } = box;
  const [middleX, middleY] = [(left + right - markerSide) / 2, (top + bottom - markerSide) / 2];
  const before = (edge: number) => edge - gap - markerSide;
  const after = (edge: number) => edge + gap;
  const places: readonly (readonly [number, number])[] = [
    [after(right), middleY],
    [before(left), middleY],
    [middleX, before(top)],
    [middleX, after(bottom)],
    [after(right), before(top)],
    [before(left), before(top)],
    [after(right), after(bottom)],
    [before(left), after(bottom)],
  ];
  let best: Box | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const [x, y] of places) {
    const place = boxAt(x, y);
    const hidden = maskSum(place, masks);
    if (hidden < least) {
      best = place;
      least = hidden;
    }
  }
  return best!;
}

/** The scene with the marker on it: a magenta disc with a white ring, which no stamp looks like. */
export function drawMarker(scene: Image, { left, top }: Box): Image {
  const data = scene.data.slice();
  const middle = (markerSide - 1) / 2;
  for (let y = 0; y < markerSide; y += 1) {
    for (let x = 0; x < markerSide; x += 1) {
      const radius = Math.hypot(x - middle, y - middle) / (markerSide / 2);
      if (radius > 1) continue;
      const ring = radius > 0.45 && radius < 0.75;
      const pixel = ((top + y) * sceneSide + left + x) * channels;
      data.set(ring ? [255, 255, 255] : [230, 0, 200], pixel);
    }
  }
  return { ...scene, data };
}

function boxAt(x: number, y: number): Box {
  const clamp = (value: number) => Math.round(Math.min(sceneSide - markerSide, Math.max(0, value)));
  const [left, top] = [clamp(x), clamp(y)];
  return { left, top, right: left + markerSide, bottom: top + markerSide };
}

function maskSum({ left, top, right, bottom }: Box, masks: readonly VisibleMask[]): number {
  let sum = 0;
  for (const mask of masks) {
    for (let y = top; y < bottom; y += 1) {
      for (let x = left; x < right; x += 1) sum += mask[y * sceneSide + x]!;
    }
  }
  return sum;
}
