import type { Box } from "../scene/layout.ts";

/** A natural photograph, stretched to the 512×512 pixels that the network takes. */
export interface Photograph {
  /** The path of the picture within the pack. */
  readonly file: string;
  /** What it shows, with boxes in pixels of the 512×512 picture. */
  readonly things: readonly { readonly noun: string; readonly box: Box }[];
}
