import { attention, convert, randomNormal, ShapeError, seededRandom, tensor, toFloat64, zeros } from "@xattn/core";
import { dense } from "@xattn/masking";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groundingScores } from "./grounding-scores.ts";

const size = fc.integer({ min: 1, max: 6 });

describe("Attention(wⱼ, oᵢ, oᵢ)", () => {
  it("is oᵢ itself for every word: over one object it says nothing", () => {
    fc.assert(
      fc.property(fc.integer(), size, fc.double({ min: 0.01, max: 100, noNaN: true }), (seed, d, scale) => {
        const random = seededRandom(seed);
        const object = randomNormal(random, [1, 1, 1, d]);
        const words = randomNormal(random, [1, 1, 7, d], scale);
        const { output, weights } = attention(words, object, object, { weights: true });
        expect([...weights!.data]).toEqual(new Array(7).fill(1));
        for (let word = 0; word < 7; word += 1) {
          expect(output.data.slice(word * d, (word + 1) * d)).toEqual(object.data);
        }
      }),
    );
  });
});

describe("groundingScores", () => {
  it("is softmax(w·o/√d), over objects and back over words", () => {
    fc.assert(
      fc.property(fc.integer(), size, size, size, (seed, w, o, d) => {
        const random = seededRandom(seed);
        const words = randomNormal(random, [2, w, d]);
        const objects = randomNormal(random, [2, o, d]);
        const found = groundingScores(words, objects);
        expect([found.logits.shape, found.scores.shape, found.wordScores.shape]).toEqual([
          [2, w, o],
          [2, w, o],
          [2, o, w],
        ]);
        const logit = (b: number, j: number, i: number) => {
          let dot = 0;
          for (let c = 0; c < d; c += 1) dot += words.data[(b * w + j) * d + c]! * objects.data[(b * o + i) * d + c]!;
          return dot / Math.sqrt(d);
        };
        const total = (count: number, term: (index: number) => number) =>
          Array.from({ length: count }, (_, index) => Math.exp(term(index))).reduce((sum, x) => sum + x, 0);
        for (let b = 0; b < 2; b += 1) {
          for (let j = 0; j < w; j += 1) {
            for (let i = 0; i < o; i += 1) {
              const raw = logit(b, j, i);
              expect(found.logits.data[(b * w + j) * o + i]).toBeCloseTo(raw, 12);
              const overObjects = Math.exp(raw) / total(o, (index) => logit(b, j, index));
              const overWords = Math.exp(raw) / total(w, (index) => logit(b, index, i));
              expect(found.scores.data[(b * w + j) * o + i]).toBeCloseTo(overObjects, 12);
              expect(found.wordScores.data[(b * o + i) * w + j]).toBeCloseTo(overWords, 12);
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is the weights of attention from words to objects, at any scale", () => {
    const random = seededRandom(2);
    const words = randomNormal(random, [1, 3, 4]);
    const objects = randomNormal(random, [1, 5, 4]);
    const { weights } = attention(
      { ...words, shape: [1, 1, 3, 4] },
      { ...objects, shape: [1, 1, 5, 4] },
      { ...objects, shape: [1, 1, 5, 4] },
      { weights: true, scale: 3, backend: "reference" },
    );
    expect([...groundingScores(words, objects, { scale: 3 }).scores.data]).toEqual([...weights!.data]);
  });

  it("gives a forbidden pair nothing, in both directions", () => {
    const words = tensor([1, 2, 1], [1, 2]);
    const objects = tensor([1, 2, 1], [1, 1]);
    const mask = dense([2, 2], [true, false, false, false]);
    const { logits, scores, wordScores } = groundingScores(words, objects, { mask });
    const never = Number.NEGATIVE_INFINITY;
    expect([...logits.data]).toEqual([1, never, never, never]);
    expect([...scores.data]).toEqual([1, 0, 0, 0]);
    expect([...wordScores.data]).toEqual([1, 0, 0, 0]);
  });

  it("reads half precision and survives scenes without objects", () => {
    const words = convert(tensor([1, 1, 2], [1, 2]), "float16");
    const objects = convert(tensor([1, 2, 2], [1, 2, 1, 2]), "float16");
    expect([...toFloat64(groundingScores(words, objects).scores)]).toEqual([0.5, 0.5]);
    expect(groundingScores(words, zeros([1, 0, 2])).scores.shape).toEqual([1, 1, 0]);
  });

  it("says what does not fit", () => {
    expect(() => groundingScores(zeros([1, 2, 3]), zeros([1, 2, 4]))).toThrow(
      new ShapeError("objects: shape [1, 2, 4] does not fit: needs [b, o, d] = [1, o, 3], after words [1, 2, 3]"),
    );
    expect(() => groundingScores(zeros([2, 3]), zeros([1, 2, 3]))).toThrow(
      "words: shape [2, 3] does not fit: needs [b, w, d]",
    );
  });
});
