import { readFileSync } from "node:fs";
import type { Image } from "../image/image.ts";
import { resize } from "../image/resize.ts";
import { requireVendor } from "./npm.ts";

interface Png {
  readonly PNG: { readonly sync: { read(data: Uint8Array): Image } };
}

interface Jpeg {
  decode(data: Uint8Array, options: { readonly useTArray: true }): Image;
  encode(image: Image, quality: number): { readonly data: Uint8Array };
}

/** Reads a picture, reduced so that its long side is at most `longSide`. */
export function readPng(path: string, longSide: number): Image {
  const { width, height, data } = requireVendor<Png>("pngjs").PNG.sync.read(readFileSync(path));
  return atMost({ width, height, data: new Uint8Array(data) }, longSide);
}

/** The same for a photograph. */
export function readJpeg(path: string, longSide: number): Image {
  const { width, height, data } = requireVendor<Jpeg>("jpeg-js").decode(readFileSync(path), { useTArray: true });
  return atMost({ width, height, data }, longSide);
}

/** The bytes of a JPEG file. */
export function toJpeg(image: Image, quality: number): Uint8Array {
  return requireVendor<Jpeg>("jpeg-js").encode({ ...image, data: Buffer.from(image.data) }, quality).data;
}

function atMost(image: Image, longSide: number): Image {
  const scale = longSide / Math.max(image.width, image.height);
  if (scale >= 1) return image;
  const size = (length: number) => Math.max(1, Math.round(length * scale));
  return resize(image, size(image.width), size(image.height));
}
