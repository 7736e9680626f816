import { describe } from "./describe.ts";

/** A mask, a score modifier or the sizes they meet are not valid. */
export class MaskError extends Error {
  override readonly name = "MaskError";
  /** Where the bad value is: `window.left`, or a path such as `mask.masks[1].length`. */
  readonly argument: string;
  /** What it should have been. */
  readonly need: string;

  constructor(argument: string, value: unknown, need: string) {
    super(`${argument} is ${describe(value)}; it needs to be ${need}`);
    this.argument = argument;
    this.need = need;
  }
}
