import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryCase } from "../../test/arbitrary.ts";
import { MaskError } from "../errors/mask-error.ts";
import { causal } from "../kinds/causal/causal.ts";
import { maskFromUnknown } from "./mask-from-unknown.ts";

describe("maskFromUnknown", () => {
  it("reads back what was written, for any tree", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ mask }) => {
        expect(maskFromUnknown(JSON.parse(JSON.stringify(mask)))).toEqual(mask);
      }),
    );
  });

  it("takes the default alignment", () => {
    expect(maskFromUnknown({ kind: "causal" })).toEqual(causal());
  });

  it.each<[unknown, string]>([
    [null, "mask is null; it needs to be an object"],
    [[], "mask is []; it needs to be an object"],
    [{ kind: "causl" }, 'mask.kind is "causl"; it needs to be one of all, none, causal, window'],
    [{ kind: "toString" }, 'mask.kind is "toString"'],
    [{}, "mask.kind is undefined"],
    [
      { kind: "causal", aligment: "top-left" },
      'mask.aligment is "top-left"; it needs to be absent (the fields are alignment)',
    ],
    [{ kind: "all", extra: 1 }, "mask.extra is 1; it needs to be absent"],
    [{ kind: "or", masks: [], mask: 1 }, "mask.mask is 1; it needs to be absent (the fields are masks)"],
    [{ kind: "and", masks: {} }, "mask.masks is {  }; it needs to be a list"],
    [
      { kind: "not", mask: { kind: "prefix" } },
      "mask.mask.length is undefined; it needs to be an integer of at least 0",
    ],
    [{ kind: "not", mask: { kind: "all" }, masks: [] }, "mask.masks is []; it needs to be absent"],
    [
      { kind: "or", masks: [{ kind: "all" }, { kind: "and", masks: [{ kind: "strided", stride: "2" }] }] },
      'mask.masks[1].masks[0].stride is "2"; it needs to be an integer of at least 1',
    ],
  ])("refuses %j", (value, message) => {
    expect(() => maskFromUnknown(value)).toThrow(MaskError);
    expect(() => maskFromUnknown(value)).toThrow(message);
  });

  it("starts the path as told", () => {
    expect(() => maskFromUnknown(3, "axes.mask[2]")).toThrow("axes.mask[2] is 3");
  });

  it("refuses trees too deep to walk", () => {
    let deep: unknown = { kind: "all" };
    for (let level = 0; level < 100_000; level++) deep = { kind: "not", mask: deep };
    expect(() => maskFromUnknown(deep)).toThrow("nested at most 64 deep");
  });

  it("answers any JSON with a mask or a MaskError", () => {
    const kind = fc.constantFrom("causal", "window", "prefix", "document", "block", "dense", "padding", "and", "not");
    const fields = fc.dictionary(
      fc.constantFrom("alignment", "left", "length", "queries", "keys", "masks"),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(kind, fields, (name, rest) => {
        try {
          expect(maskFromUnknown({ ...rest, kind: name })).toMatchObject({ kind: name });
        } catch (error) {
          expect(error).toBeInstanceOf(MaskError);
        }
      }),
    );
  });
});
