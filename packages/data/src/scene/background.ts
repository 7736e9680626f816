import type { Random } from "@xattn/core";
import { crop } from "../image/crop.ts";
import { blankImage, channels, type Image } from "../image/image.ts";
import { resize } from "../image/resize.ts";
import type { Grain } from "./ground-grain.ts";
import { sceneSide } from "./size.ts";

/** How often the ground is a photograph, out of focus; else a gradient with clouds. */
const photographShare = 0.6;
const grainDepth = 5;

/** An opaque ground of 512×512 pixels: part of a photograph, out of focus, or a gradient with clouds; both with grain. */
export function background(photographs: readonly Image[], grain: Grain, random: Random): Image {
  const chosen = photographs[random.integer(0, Math.max(0, photographs.length - 1))];
  const soft = chosen !== undefined && random.uniform() < photographShare ? outOfFocus(chosen, random) : clouds(random);
  const ground = resize(soft, sceneSide, sceneSide);
  const shift = random.integer(0, grain.length - 1);
  for (let pixel = 0; pixel < grain.length; pixel += 1) {
    const noise = grainDepth * grain[(pixel + shift) % grain.length]!;
    for (let channel = 0; channel < 3; channel += 1) {
      const at = pixel * channels + channel;
      ground.data[at] = clampByte(ground.data[at]! + noise);
    }
    ground.data[pixel * channels + 3] = 255;
  }
  return ground;
}

/** Few enough pixels that no thing in the photograph can be told. */
function outOfFocus(photograph: Image, random: Random): Image {
  const side = Math.floor(Math.min(photograph.width, photograph.height) * (0.15 + 0.25 * random.uniform()));
  const left = random.integer(0, photograph.width - side);
  const top = random.integer(0, photograph.height - side);
  const pixels = random.integer(14, 26);
  return resize(crop(photograph, left, top, side, side), pixels, pixels);
}

function clouds(random: Random): Image {
  const colour = () => [0, 1, 2].map(() => 30 + 200 * random.uniform()) as [number, number, number];
  const [from, to] = [colour(), colour()];
  const angle = 2 * Math.PI * random.uniform();
  const pixels = random.integer(4, 20);
  const depth = 60 * random.uniform();
  const image = blankImage(pixels, pixels);
  for (let y = 0; y < pixels; y += 1) {
    for (let x = 0; x < pixels; x += 1) {
      const along = 0.5 + ((x / pixels - 0.5) * Math.cos(angle) + (y / pixels - 0.5) * Math.sin(angle)) / Math.SQRT2;
      const cloud = (random.uniform() - 0.5) * depth;
      const target = (y * pixels + x) * channels;
      for (let channel = 0; channel < 3; channel += 1) {
        image.data[target + channel] = clampByte(from[channel]! * (1 - along) + to[channel]! * along + cloud);
      }
      image.data[target + 3] = 255;
    }
  }
  return image;
}

function clampByte(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}
