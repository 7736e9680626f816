import { describe, expect, it } from "vitest";
import { compileModifiers } from "../compile.ts";
import { alibi } from "./alibi.ts";
import { alibiSlopes } from "./slopes.ts";

describe("alibiSlopes", () => {
  it("are the paper's geometric sequences for powers of two", () => {
    expect(alibiSlopes(8)).toEqual([1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128, 1 / 256]);
    const sixteen = alibiSlopes(16);
    expect(sixteen[0]).toBeCloseTo(Math.SQRT1_2, 15);
    expect(sixteen[15]).toBe(1 / 256);
    expect(alibiSlopes(1)).toEqual([1 / 256]);
  });

  it("add every other slope of the next power of two for other numbers of heads", () => {
    expect(alibiSlopes(3)).toEqual([2 ** -4, 2 ** -8, 2 ** -2]);
    expect(alibiSlopes(12)).toEqual([...alibiSlopes(8), ...[1, 3, 5, 7].map((step) => 2 ** (-step / 2))]);
  });
});

describe("alibi", () => {
  const sizes = { batch: 1, heads: 2, queries: 2, keys: 4 };

  it("takes slope times distance from the logit, on both sides", () => {
    const apply = compileModifiers([alibi([0.5, 2])], sizes);
    expect(apply(1, 0, 0, 1, 3)).toBe(0);
    expect(apply(1, 0, 1, 1, 0)).toBe(-1);
    expect(apply(1, 0, 1, 1, 1)).toBe(1);
  });

  it("follows the alignment and uses the paper's slopes for a number of heads", () => {
    const apply = compileModifiers([alibi(2, "bottom-right")], sizes);
    expect(apply(0, 0, 0, 0, 0)).toBe(-2 * 2 ** -4);
    expect(apply(2, 0, 1, 1, 3)).toBe(2);
  });

  it("refuses bad heads and slopes", () => {
    expect(() => alibi(0)).toThrow("alibi.heads is 0; it needs to be an integer of at least 1");
    expect(() => alibi([1, Number.NaN])).toThrow("alibi.slopes[1] is NaN; it needs to be a finite number");
    expect(() => compileModifiers([alibi(3)], sizes)).toThrow("one slope for each of the 2 query heads");
    expect(() => compileModifiers([alibi(2, { offset: [1, 2] })], sizes)).toThrow("alibi.alignment.offset is [1, 2]");
  });
});
