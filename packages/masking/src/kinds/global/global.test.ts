import { describe, expect, it } from "vitest";
import { draw } from "../../../test/brute-force.ts";
import { itKeepsTheContract } from "../../../test/kind-contract.ts";
import { printMask } from "../../print/print.ts";
import { global } from "./global.ts";

describe("global", () => {
  itKeepsTheContract("global");

  it("opens rows of listed queries and columns of listed keys", () => {
    expect(draw(global({ queries: [1], keys: [0, 3] }), 3, 4)).toEqual(["#..#", "####", "#..#"]);
  });

  it("ignores indices beyond the axes", () => {
    expect(draw(global({ queries: [5], keys: [9, 1] }), 2, 3)).toEqual([".#.", ".#."]);
  });

  it("prints", () => {
    expect(printMask(global({ queries: [1], keys: [0, 3] }))).toBe("global(queries [1], keys [0, 3])");
    expect(printMask(global({ keys: [2] }))).toBe("global(keys [2])");
  });

  it("refuses indices that are not", () => {
    expect(() => global({ keys: [0, -1] })).toThrow("global.keys[1] is -1; it needs to be an integer of at least 0");
  });
});
