import { describe, expect, it } from "vitest";
import { draw } from "../../../test/brute-force.ts";
import { itKeepsTheContract } from "../../../test/kind-contract.ts";
import { compileMask } from "../../compile/compile.ts";
import { printMask } from "../../print/print.ts";
import { padding } from "./padding.ts";

describe("padding", () => {
  itKeepsTheContract("padding");

  it("keeps real queries and keys of each batch entry", () => {
    const mask = padding({ keys: [3, 1], queries: [1, 2] });
    expect(draw(mask, 2, 4, 2, 0)).toEqual(["###.", "...."]);
    expect(draw(mask, 2, 4, 2, 1)).toEqual(["#...", "#..."]);
  });

  it("leaves an axis without lengths alone", () => {
    expect(draw(padding({ keys: [2] }), 2, 3)).toEqual(["##.", "##."]);
    expect(draw(padding({ queries: [1] }), 2, 3)).toEqual(["###", "..."]);
    expect(draw(padding({}), 1, 3)).toEqual(["###"]);
  });

  it("prints", () => {
    expect(printMask(padding({ keys: [3, 1], queries: [1, 2] }))).toBe("padding(keys [3, 1], queries [1, 2])");
    expect(printMask(padding({ queries: [7] }))).toBe("padding(queries [7])");
  });

  it("refuses lengths that do not fit", () => {
    const sizes = { batch: 2, heads: 1, queries: 3, keys: 4 };
    expect(() => padding({ keys: [1, -1] })).toThrow("padding.keys[1] is -1; it needs to be an integer of at least 0");
    expect(() => compileMask(padding({ keys: [1] }), sizes)).toThrow(
      "padding.keys is [1]; it needs to be a list with one length for each of the 2 batch entries",
    );
    expect(() => compileMask(padding({ keys: [1, 5] }), sizes)).toThrow(
      "padding.keys[1] is 5; it needs to be at most 4, the size of the axis",
    );
    expect(() => compileMask(padding({ queries: [4, 1] }), sizes)).toThrow("padding.queries[0] is 4");
  });
});
