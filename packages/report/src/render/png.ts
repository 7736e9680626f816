import { RenderError } from "../errors/errors.ts";
import { fontFiles } from "./fonts.ts";

export interface PngOptions {
  /** Pixels of the picture for each pixel of the SVG; 2 by default. */
  readonly scale?: number;
  /** A CSS colour behind the picture; what the SVG brings by default. */
  readonly background?: string;
}

/**
 * An SVG as PNG, with DejaVu Sans for all text, whatever fonts the machine has.
 *
 * @throws {RenderError} when the SVG is malformed or has no size.
 */
export async function renderPng(svg: string, { scale = 2, background }: PngOptions = {}): Promise<Uint8Array> {
  const { Resvg } = await import("@resvg/resvg-js");
  try {
    const picture = new Resvg(svg, {
      fitTo: { mode: "zoom", value: scale },
      font: { fontFiles: [...fontFiles()], loadSystemFonts: false, defaultFontFamily: "DejaVu Sans" },
      ...(background === undefined ? {} : { background }),
    });
    return picture.render().asPng();
  } catch (error) {
    throw new RenderError(`the SVG could not be drawn: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
