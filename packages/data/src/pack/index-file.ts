import { z } from "zod";
import { groups } from "../catalogue/nouns.ts";

/** Raised when a reader of the earlier format would misread. */
export const packVersion = 1;

const box = z.strictObject({
  left: z.number().int(),
  top: z.number().int(),
  right: z.number().int(),
  bottom: z.number().int(),
});

/** What the pack says in words; numbers are in its safetensors files. */
export const packIndex = z.strictObject({
  version: z.literal(packVersion),
  seed: z.number().int(),
  nouns: z.array(
    z.strictObject({
      text: z.string().min(1),
      group: z.enum(groups),
      seen: z.boolean(),
      stamps: z.array(z.strictObject({ path: z.string(), heldOut: z.boolean() })),
    }),
  ),
  /** Every word with a vector, in the order of the rows. */
  words: z.array(z.string().min(1)),
  /** Files in the folder `gpl/thumbnails`, by the number of the scene. */
  thumbnails: z.record(z.string().regex(/^\d+$/), z.string()),
  photographs: z.array(
    z.strictObject({
      /** In the folder `photographs`. */
      file: z.string(),
      things: z.array(z.strictObject({ noun: z.string(), box })),
    }),
  ),
});

export type PackIndex = z.infer<typeof packIndex>;
