import { describe, expect, it } from "vitest";
import { crop } from "./crop.ts";
import { blankImage, type Image } from "./image.ts";
import { mirror } from "./mirror.ts";
import { resize } from "./resize.ts";

const pixels = (width: number, height: number, ...values: readonly (readonly number[])[]): Image => ({
  width,
  height,
  data: Uint8Array.from(values.flat()),
});
const red = [200, 0, 0, 255];
const blue = [0, 0, 200, 255];
const nothing = [0, 255, 0, 0];

describe("images", () => {
  it("keeps a flat colour flat at every size", () => {
    const flat = pixels(3, 2, red, red, red, red, red, red);
    for (const [width, height] of [
      [1, 1],
      [7, 5],
      [3, 2],
      [2, 40],
    ] as const) {
      const { data } = resize(flat, width, height);
      for (let at = 0; at < data.length; at += 4) expect([...data.subarray(at, at + 4)]).toEqual(red);
    }
  });

  it("counts every pixel when it reduces", () => {
    const stripes = pixels(4, 1, red, blue, red, blue);
    const [r, , b] = resize(stripes, 1, 1).data;
    expect(r! + b!).toBeGreaterThan(195);
    expect(Math.abs(r! - b!)).toBeLessThan(3);
  });

  it("takes no colour from what is invisible", () => {
    const { data } = resize(pixels(2, 1, red, nothing), 1, 1);
    expect([...data]).toEqual([200, 0, 0, 128]);
  });

  it("mirrors, and back", () => {
    const image = pixels(2, 2, red, blue, blue, nothing);
    expect([...mirror(image).data]).toEqual([...blue, ...red, ...nothing, ...blue]);
    expect(mirror(mirror(image))).toEqual(image);
  });

  it("crops within the picture alone", () => {
    const image = pixels(2, 2, red, blue, blue, red);
    expect([...crop(image, 1, 0, 1, 2).data]).toEqual([...blue, ...red]);
    expect(() => crop(image, 1, 1, 2, 1)).toThrow(/2×1 at \(1, 1\) does not lie within 2×2/);
    expect(() => resize(blankImage(1, 1), 0, 1)).toThrow(/width: 0 is not a positive integer/);
  });
});
