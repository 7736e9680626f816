import { describe, expect, it } from "vitest";
import { draw, table } from "../../../test/brute-force.ts";
import { itKeepsTheContract } from "../../../test/kind-contract.ts";
import { compileMask } from "../../compile/compile.ts";
import { dependsOn } from "../../depends/depends-on.ts";
import { printMask } from "../../print/print.ts";
import { dense, denseKind } from "./dense.ts";

describe("dense", () => {
  itKeepsTheContract("dense");

  it("is row-major", () => {
    expect(draw(dense([2, 3], [true, false, false, false, true, true]), 2, 3)).toEqual(["#..", ".##"]);
  });

  it("broadcasts axes of size 1 and missing ones", () => {
    expect(draw(dense([3], [true, false, true]), 2, 3)).toEqual(["#.#", "#.#"]);
    expect(draw(dense([2, 1], [true, false]), 2, 3)).toEqual(["###", "..."]);
    const perHead = dense([2, 1, 1], [true, false]);
    expect(table(perHead, { batch: 2, heads: 2, queries: 1, keys: 1 })).toEqual([true, false, true, false]);
    expect(dependsOn(perHead)).toEqual({ batch: false, head: true });
    expect(dependsOn(dense([2, 1, 1, 1], [true, false]))).toEqual({ batch: true, head: false });
  });

  it("covers a broadcast axis of any length by one look", () => {
    const mask = dense([2, 1, 1, 2], [true, true, true, false]);
    const queries = 2 ** 40;
    const { cover } = denseKind.bind(mask, { batch: 2, heads: 1, queries, keys: 2 });
    const region = { queryFrom: 0, queryTo: queries, keyFrom: 0, keyTo: 2 };
    expect([cover(0, 0, region), cover(1, 0, region)]).toEqual(["full", "partial"]);
  });

  it("prints its shape", () => {
    expect(printMask(dense([2, 1], [true, false]))).toBe("dense(2×1)");
  });

  it("refuses shapes that do not fit", () => {
    expect(() => dense([2, 2], [true])).toThrow(
      "dense.allowed is [true]; it needs to be a list of 4 entries, as shape [2, 2] says",
    );
    expect(() => dense([1, 1, 1, 1, 1], [true])).toThrow(
      "dense.shape is [1, 1, 1, 1, 1]; it needs to be one to four axes",
    );
    const sizes = { batch: 1, heads: 1, queries: 3, keys: 4 };
    expect(() => compileMask(dense([2, 1], [true, false]), sizes)).toThrow(
      "dense.shape is [2, 1]; it needs to be a shape that broadcasts to [1, 1, 3, 4]",
    );
  });
});
