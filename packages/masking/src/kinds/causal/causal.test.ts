import { describe, expect, it } from "vitest";
import { draw } from "../../../test/brute-force.ts";
import { itKeepsTheContract } from "../../../test/kind-contract.ts";
import { compileMask } from "../../compile/compile.ts";
import { printMask } from "../../print/print.ts";
import { causal } from "./causal.ts";

describe("causal", () => {
  itKeepsTheContract("causal");

  it("starts at the first key by default", () => {
    expect(draw(causal(), 3, 5)).toEqual(["#....", "##...", "###.."]);
  });

  it("ends at the last key when aligned bottom-right", () => {
    expect(draw(causal("bottom-right"), 3, 5)).toEqual(["###..", "####.", "#####"]);
    expect(draw(causal("bottom-right"), 3, 2)).toEqual(["..", "#.", "##"]);
  });

  it("moves by an offset, one for each batch entry if so given", () => {
    expect(draw(causal({ offset: -1 }), 3, 3)).toEqual(["...", "#..", "##."]);
    const each = causal({ offset: [1, -2] });
    expect(draw(each, 3, 3, 2, 0)).toEqual(["##.", "###", "###"]);
    expect(draw(each, 3, 3, 2, 1)).toEqual(["...", "...", "#.."]);
  });

  it("prints its alignment unless it is the default", () => {
    expect(printMask(causal())).toBe("causal");
    expect(printMask(causal("bottom-right"))).toBe("causal(bottom-right)");
    expect(printMask(causal({ offset: [1, -2] }))).toBe("causal(offset [1, -2])");
  });

  it("refuses what is not an alignment", () => {
    expect(() => causal("bottom" as "bottom-right")).toThrow(
      'causal.alignment is "bottom"; it needs to be "top-left", "bottom-right" or { offset }',
    );
    expect(() => causal({ offset: 0.5 })).toThrow("causal.alignment.offset is 0.5; it needs to be an integer");
    expect(() => causal({ offset: [1, Number.NaN] })).toThrow("causal.alignment.offset[1] is NaN");
  });

  it("refuses sizes with another number of batch entries", () => {
    const sizes = { batch: 3, heads: 1, queries: 2, keys: 2 };
    expect(() => compileMask(causal({ offset: [1, 2] }), sizes)).toThrow(
      "causal.alignment.offset is [1, 2]; it needs to be a list with one entry for each of the 3 batch entries",
    );
  });
});
