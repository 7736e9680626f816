import { z } from "zod";

/** The schema of a size or count, with a description that an error message can end with. */
export function wholeNumber(what: string, least: number, most: number) {
  return z.int().min(least).max(most).describe(`${what}, a whole number from ${least} to ${most}`);
}

export const seedParameter = z.int().optional().describe("seed of everything random, a whole number");
