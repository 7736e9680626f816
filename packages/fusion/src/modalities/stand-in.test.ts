import { ArgumentError, convert, ShapeError, tensor, zeros } from "@xattn/core";
import { describe, expect, it } from "vitest";
import { standIn } from "./stand-in.ts";

const vision = zeros([2, 3, 4]);
const language = zeros([2, 5, 6]);

describe("standIn", () => {
  it("takes what is there, whatever `missing` says", () => {
    for (const missing of ["error", "zeros", { learned: {} }] as const) {
      expect(standIn({ vision, language }, missing)).toEqual({ batch: 2, vision, language });
    }
  });

  it("throws when told to", () => {
    expect(() => standIn({ vision }, "error")).toThrow(
      new ArgumentError('language: missing; needs a tensor, or missing: "zeros" or { learned }'),
    );
    expect(() => standIn({ language }, "error")).toThrow(/^vision: missing/);
  });

  it("leaves a gap for zeros", () => {
    expect(standIn({ vision }, "zeros")).toEqual({ batch: 2, vision, language: undefined });
    expect(standIn({ vision: undefined, language }, "zeros")).toEqual({ batch: 2, vision: undefined, language });
  });

  it("repeats learned tokens for each batch entry", () => {
    const tokens = tensor([2, 1], [7, 8]);
    expect(standIn({ language }, { learned: { vision: tokens } })).toEqual({
      batch: 2,
      vision: tensor([2, 2, 1], [7, 8, 7, 8]),
      language,
    });
    const half = convert(tokens, "float16");
    expect(standIn({ vision: convert(vision, "float16") }, { learned: { language: half } }).language).toMatchObject({
      dtype: "float16",
      data: new Uint16Array([...half.data, ...half.data]),
    });
  });

  it("needs something to go by", () => {
    expect(() => standIn({}, "zeros")).toThrow("vision and language: both are missing; needs at least one");
    expect(() => standIn({ vision }, { learned: { vision: zeros([1, 4]) } })).toThrow(
      "missing.learned.language: absent; needs [t, d] as language is missing",
    );
    expect(() => standIn({ vision }, { learned: { language: zeros([1, 1, 4]) } })).toThrow(
      new ShapeError("missing.learned.language: shape [1, 1, 4] does not fit: needs [t, d]"),
    );
    expect(() => standIn({ vision: zeros([2]) }, "zeros")).toThrow("vision: shape [2] does not fit: needs [b, n, d]");
  });
});
