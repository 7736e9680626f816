import { describe, expect, it } from "vitest";
import { draw } from "../../../test/brute-force.ts";
import { itKeepsTheContract } from "../../../test/kind-contract.ts";
import { printMask } from "../../print/print.ts";
import { window } from "./window.ts";

describe("window", () => {
  itKeepsTheContract("window");

  it("reaches left and right of the position, both ends counted", () => {
    expect(draw(window(1, 2), 4, 5)).toEqual(["###..", "####.", ".####", "..###"]);
    expect(draw(window(0, 0), 2, 3)).toEqual(["#..", ".#."]);
  });

  it("has no limit on a side that is null", () => {
    expect(draw(window(null, 0), 3, 3)).toEqual(["#..", "##.", "###"]);
    expect(draw(window(1, null), 3, 3)).toEqual(["###", "###", ".##"]);
  });

  it("follows the alignment", () => {
    expect(draw(window(1, 0, "bottom-right"), 2, 4)).toEqual([".##.", "..##"]);
  });

  it("prints", () => {
    expect(printMask(window(128, 0))).toBe("window(128, 0)");
    expect(printMask(window(null, 3, "bottom-right"))).toBe("window(unbounded, 3, bottom-right)");
  });

  it("refuses negative, fractional and infinite sides", () => {
    const need = "it needs to be a non-negative integer, or null for no limit";
    expect(() => window(-1, 0)).toThrow(`window.left is -1; ${need}`);
    expect(() => window(0, 1.5)).toThrow(`window.right is 1.5; ${need}`);
    expect(() => window(Number.POSITIVE_INFINITY, 0)).toThrow(`window.left is Infinity; ${need}`);
  });
});
