import { describe, expect, it } from "vitest";
import { compileModifiers } from "../compile.ts";
import { relativeBias } from "./relative-bias.ts";

const sizes = { batch: 1, heads: 2, queries: 4, keys: 4 };
const table = [
  [-2, -1, 0.5, 1, 2],
  [10, 20, 30, 40, 50],
];

describe("relativeBias", () => {
  it("adds the entry of the relative position, clamped at the ends", () => {
    const apply = compileModifiers([relativeBias(table)], sizes);
    expect([0, 1, 2, 3].map((key) => apply(100, 0, 0, 0, key))).toEqual([100.5, 101, 102, 102]);
    expect([0, 1, 2, 3].map((key) => apply(100, 0, 1, 3, key))).toEqual([110, 110, 120, 130]);
  });

  it("follows the alignment", () => {
    const apply = compileModifiers([relativeBias(table, { offset: 1 })], sizes);
    expect(apply(0, 0, 1, 0, 1)).toBe(30);
  });

  it("refuses tables that do not fit", () => {
    expect(() => relativeBias([[1, 2]])).toThrow("relativeBias.table[0].length is 2; it needs to be odd: 2·reach + 1");
    expect(() => relativeBias([[1], [1, 2, 3]])).toThrow("relativeBias.table[1] is [1, 2, 3]");
    expect(() => compileModifiers([relativeBias([[1]])], sizes)).toThrow(
      "relativeBias.table.length is 1; it needs to be 2, one row for each query head",
    );
  });
});
