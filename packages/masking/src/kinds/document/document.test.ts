import { describe, expect, it } from "vitest";
import { draw } from "../../../test/brute-force.ts";
import { itKeepsTheContract } from "../../../test/kind-contract.ts";
import { compileMask } from "../../compile/compile.ts";
import { printMask } from "../../print/print.ts";
import { document } from "./document.ts";

describe("document", () => {
  itKeepsTheContract("document");

  it("keeps each position within its document", () => {
    expect(draw(document([0, 0, 1]), 3, 3)).toEqual(["##.", "##.", "..#"]);
  });

  it("matches queries to keys of another sequence, in any order", () => {
    expect(draw(document([7, 3], [3, 7, 3, 9]), 2, 4)).toEqual([".#..", "#.#."]);
  });

  it("takes a row of identifiers for each batch entry", () => {
    const mask = document(
      [
        [0, 1],
        [1, 1],
      ],
      [0, 1, 1],
    );
    expect(draw(mask, 2, 3, 2, 0)).toEqual(["#..", ".##"]);
    expect(draw(mask, 2, 3, 2, 1)).toEqual([".##", ".##"]);
  });

  it("prints long lists cut", () => {
    expect(printMask(document([0, 1], [1]))).toBe("document([0, 1], [1])");
    expect(printMask(document(new Array<number>(12).fill(4)))).toBe("document([4, 4, 4, 4, 4, 4, 4, 4, … 4 more])");
    expect(printMask(document([[0], [1]]))).toBe("document([[0], [1]])");
  });

  it("refuses lists that do not fit", () => {
    const sizes = { batch: 2, heads: 1, queries: 2, keys: 2 };
    expect(() => document([0.5])).toThrow("document.queries[0] is 0.5; it needs to be an integer");
    expect(() => document([[0], 1] as unknown as number[][])).toThrow(
      "document.queries[1] is 1; it needs to be a list",
    );
    expect(() => compileMask(document([0, 1, 2]), sizes)).toThrow(
      "document.queries is [0, 1, 2]; it needs to be a list of 2 identifiers, one for each position",
    );
    expect(() => compileMask(document([0, 1], [0]), sizes)).toThrow("document.keys is [0]");
    expect(() => compileMask(document([[0, 1]]), sizes)).toThrow("one row for each of the 2 batch entries");
    expect(() => compileMask(document([[0, 1], [0]]), sizes)).toThrow("document.queries[1] is [0]");
  });
});
