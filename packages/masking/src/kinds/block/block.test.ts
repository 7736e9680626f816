import { describe, expect, it } from "vitest";
import { draw } from "../../../test/brute-force.ts";
import { itKeepsTheContract } from "../../../test/kind-contract.ts";
import { compileMask } from "../../compile/compile.ts";
import { printMask } from "../../print/print.ts";
import { block } from "./block.ts";

const pattern = [
  [true, false, true],
  [false, true, false],
];

describe("block", () => {
  itKeepsTheContract("block");

  it("spreads the pattern over blocks, the last ones cut off", () => {
    expect(draw(block(pattern, 2), 3, 5)).toEqual(["##..#", "##..#", "..##."]);
    expect(draw(block(pattern, { queries: 1, keys: 3 }), 2, 7)).toEqual(["###...#", "...###."]);
  });

  it("prints", () => {
    expect(printMask(block(pattern, { queries: 1, keys: 3 }))).toBe("block(2×3 of 1×3)");
  });

  it("refuses patterns that are ragged, empty or of other sizes", () => {
    expect(() => block([[true], [true, false]], 2)).toThrow(
      "block.pattern[1] is [true, false]; it needs to be a row of 1 entries as the first is",
    );
    expect(() => block([], 2)).toThrow("block.pattern is []; it needs to be a list with at least one entry");
    expect(() => block([[1 as unknown as boolean]], 2)).toThrow(
      "block.pattern[0][0] is 1; it needs to be true or false",
    );
    expect(() => block(pattern, 0)).toThrow("block.queryBlock is 0; it needs to be an integer of at least 1");
    expect(() => compileMask(block(pattern, 2), { batch: 1, heads: 1, queries: 5, keys: 5 })).toThrow(
      "block.pattern.length is 2; it needs to be 3, the blocks of 2 that cover 5 queries",
    );
    expect(() => compileMask(block(pattern, 2), { batch: 1, heads: 1, queries: 4, keys: 7 })).toThrow(
      "block.pattern[0].length is 3; it needs to be 4, the blocks of 2 that cover 7 keys",
    );
  });
});
