import { requireVendor, vendorFile } from "./vendor.ts";

interface Rendering {
  readonly width: number;
  readonly height: number;
  /** RGBA, a byte each */
  readonly pixels: Uint8Array;
}
interface Resvg {
  readonly Resvg: new (svg: string, options: object) => { render(): Rendering };
}

/** An image of a line of text, black on white: brightness from 0 to 255, row by row. */
export interface TextLine {
  readonly text: string;
  readonly width: number;
  readonly height: number;
  readonly brightness: Uint8Array;
}

/** The height that the recognizer takes. */
const height = 48;

/** Text in DejaVu Sans in the middle of an image of this width. */
export function renderTextLine(text: string, width: number): TextLine {
  const { Resvg } = requireVendor<Resvg>("@resvg/resvg-js");
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="100%" height="100%" fill="white"/>` +
    `<text x="50%" y="33" text-anchor="middle" font-family="DejaVu Sans" font-size="30">${text}</text></svg>`;
  const { pixels } = new Resvg(svg, {
    font: { fontFiles: [vendorFile("dejavu-fonts-ttf/ttf/DejaVuSans.ttf")], loadSystemFonts: false },
  }).render();
  // Black on white: red, green and blue are the same.
  return { text, width, height, brightness: Uint8Array.from({ length: width * height }, (_, at) => pixels[4 * at]!) };
}
