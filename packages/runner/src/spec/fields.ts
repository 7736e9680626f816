import { z } from "zod";

/** Shapes that several parts of a spec share, each with the words that a message needs. */
export const kebab = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
  .max(60)
  .describe("lower-case words joined by hyphens, such as sweep-complexity");
export const text = z.string().min(1).describe("a text that is not empty");
export const value = z
  .union([z.number(), z.string(), z.boolean(), z.null()])
  .describe("a number, text, boolean or null");
export const expression = z.string().min(1).describe('a Vega expression, such as "datum.n <= 1024"');
