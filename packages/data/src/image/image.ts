/** A picture of 8-bit channels, row by row from the top left; red, green, blue, alpha (not premultiplied). */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export const channels = 4;

export function blankImage(width: number, height: number): Image {
  return { width, height, data: new Uint8Array(width * height * channels) };
}
