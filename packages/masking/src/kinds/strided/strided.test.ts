import { describe, expect, it } from "vitest";
import { draw } from "../../../test/brute-force.ts";
import { itKeepsTheContract } from "../../../test/kind-contract.ts";
import { printMask } from "../../print/print.ts";
import { strided } from "./strided.ts";

describe("strided", () => {
  itKeepsTheContract("strided");

  it("allows keys a multiple of the stride away, on both sides", () => {
    expect(draw(strided(3), 4, 7)).toEqual(["#..#..#", ".#..#..", "..#..#.", "#..#..#"]);
    expect(draw(strided(2, { offset: 1 }), 2, 4)).toEqual([".#.#", "#.#."]);
  });

  it("prints", () => {
    expect(printMask(strided(4, "bottom-right"))).toBe("strided(4, bottom-right)");
  });

  it("refuses a stride below 1", () => {
    expect(() => strided(0)).toThrow("strided.stride is 0; it needs to be an integer of at least 1");
  });
});
