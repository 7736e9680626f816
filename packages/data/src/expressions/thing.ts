import type { ColourName } from "../colour/colour.ts";
import type { Box } from "../scene/layout.ts";

/** What an expression can tell about a thing in a scene. */
export interface Describable {
  readonly noun: string;
  readonly box: Box;
  /** The colour of at least half of it. */
  readonly colour: ColourName | undefined;
  /** Every colour that a good part of it has. */
  readonly colours: readonly ColourName[];
}
