import { dense, padding } from "@xattn/masking";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../random/random.ts";
import { convert } from "../../tensor/convert.ts";
import { zeros } from "../../tensor/create.ts";
import { randomNormal } from "../../tensor/random-normal.ts";
import { crossModalAttention } from "../cross-modal/cross-modal.ts";
import {
  affine,
  beside,
  columns,
  distance,
  matrixOf,
  multiply,
  scaled,
  softmaxOf,
  transpose,
} from "../testing/matrix.ts";
import { biased } from "../testing/random.ts";
import { coAttention } from "./co-attention.ts";
import type { SharedCoAttention } from "./shared.ts";
import { softmaxOverKeys, softmaxOverQueries } from "./softmax-axes.ts";

function sharedForm(
  seed: number,
  { dv, dl, h, d, e, f, out }: Record<"dv" | "dl" | "h" | "d" | "e" | "f" | "out", number>,
) {
  const random = seededRandom(seed);
  return {
    form: "shared",
    vision: { query: biased(random, dv, h * d), value: biased(random, dv, h * e), output: biased(random, h * f, out) },
    language: { key: biased(random, dl, h * d), value: biased(random, dl, h * f), output: biased(random, h * e, out) },
    heads: h,
  } as const satisfies SharedCoAttention;
}

describe("coAttention, vilbert", () => {
  it("is two cross-attentions that exchange keys and values", () => {
    const random = seededRandom(21);
    const vision = randomNormal(random, [2, 5, 6]);
    const language = randomNormal(random, [2, 3, 4]);
    const stream = (width: number, out: number) => ({
      query: biased(random, width, 4),
      key: biased(random, width, 2),
      value: biased(random, width, 3),
      output: biased(random, 6, out),
    });
    const ofVision = stream(6, 6);
    const ofLanguage = stream(4, 4);
    const visionOptions = { weights: true, mask: padding({ keys: [3, 2] }) } as const;
    const heads = { heads: 2, keyHeads: 1 };
    const form = { form: "vilbert", vision: ofVision, language: ofLanguage, ...heads, visionOptions } as const;
    const found = coAttention({ vision, language }, form);
    expect(found.vision).toEqual(
      crossModalAttention(
        { queries: vision, context: language },
        { query: ofVision.query, key: ofLanguage.key, value: ofLanguage.value, output: ofVision.output, ...heads },
        visionOptions,
      ),
    );
    expect(found.language).toEqual(
      crossModalAttention(
        { queries: language, context: vision },
        { query: ofLanguage.query, key: ofVision.key, value: ofVision.value, output: ofLanguage.output, ...heads },
      ),
    );
    expect(() => coAttention({ vision, language }, { ...form, vision: ofLanguage })).toThrow(
      /^form\.vision\.query\.weight: .*after vision \[2, 5, 6\]$/,
    );
    expect(() => coAttention({ vision, language: zeros([2, 3, 5]) }, form)).toThrow(/^form\.language\.key\.weight: /);
  });
});

describe("coAttention, shared", () => {
  const size = fc.integer({ min: 1, max: 5 });
  const sizes = fc.record({ n: size, m: size, dv: size, dl: size, h: size, d: size, e: size, f: size, out: size });

  it("takes the softmax of one QKᵀ along either axis", () => {
    fc.assert(
      fc.property(fc.integer(), sizes, (seed, letters) => {
        const { n, m, dv, dl, h, d, e, f } = letters;
        const random = seededRandom(seed);
        const vision = convert(randomNormal(random, [2, n, dv]), "float64");
        const language = convert(randomNormal(random, [2, m, dl]), "float64");
        const form = sharedForm(seed, letters);
        const found = coAttention({ vision, language }, { ...form, options: { weights: true } });
        for (const b of [0, 1]) {
          const v = matrixOf(vision, b);
          const l = matrixOf(language, b);
          const looks = Array.from({ length: h }, (_, head) => {
            const query = columns(affine(v, form.vision.query), head * d, (head + 1) * d);
            const key = columns(affine(l, form.language.key), head * d, (head + 1) * d);
            const logits = scaled(multiply(query, transpose(key)), 1 / Math.sqrt(d));
            const visionWeights = softmaxOf(logits);
            const languageWeights = softmaxOf(transpose(logits));
            expect(distance(matrixOf(found.vision.weights!, b, head), visionWeights)).toBeLessThan(1e-12);
            expect(distance(matrixOf(found.language.weights!, b, head), languageWeights)).toBeLessThan(1e-12);
            const visionValue = columns(affine(v, form.vision.value), head * e, (head + 1) * e);
            const languageValue = columns(affine(l, form.language.value), head * f, (head + 1) * f);
            return [multiply(visionWeights, languageValue), multiply(languageWeights, visionValue)] as const;
          });
          const ofVision = affine(beside(looks.map(([x]) => x)), form.vision.output);
          const ofLanguage = affine(beside(looks.map(([, x]) => x)), form.language.output);
          expect(distance(matrixOf(found.vision.output, b), ofVision)).toBeLessThan(1e-11);
          expect(distance(matrixOf(found.language.output, b), ofLanguage)).toBeLessThan(1e-11);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is the vilbert form with tied queries and keys", () => {
    const random = seededRandom(5);
    const vision = randomNormal(random, [1, 7, 6]);
    const language = randomNormal(random, [1, 3, 4]);
    const form = sharedForm(9, { dv: 6, dl: 4, h: 2, d: 3, e: 2, f: 2, out: 5 });
    const tied = {
      form: "vilbert",
      vision: { ...form.vision, key: form.vision.query },
      language: { ...form.language, query: form.language.key },
      heads: 2,
      visionOptions: { backend: "reference" },
      languageOptions: { backend: "reference" },
    } as const;
    const found = coAttention({ vision, language }, form);
    const wanted = coAttention({ vision, language }, tied);
    for (const side of ["vision", "language"] as const) {
      expect(distance(matrixOf(found[side].output, 0), matrixOf(wanted[side].output, 0))).toBeLessThan(1e-5);
      expect(found[side].output.dtype).toBe("float32");
      expect(found[side]).not.toHaveProperty("weights");
    }
  });

  it("masks both directions with one mask", () => {
    const random = seededRandom(6);
    const vision = randomNormal(random, [1, 3, 2]);
    const language = randomNormal(random, [1, 2, 2]);
    const form = sharedForm(9, { dv: 2, dl: 2, h: 1, d: 3, e: 2, f: 2, out: 5 });
    const mask = dense([3, 2], [true, false, false, false, true, false]);
    const { vision: seen, language: read } = coAttention(
      { vision, language },
      { ...form, options: { weights: true, mask } },
    );
    const { data } = seen.weights!;
    expect([...data]).toEqual([1, 0, 0, 0, 1, 0]);
    const back = matrixOf(read.weights!, 0, 0);
    expect(back[1]).toEqual([0, 0, 0]);
    expect([back[0]![1], back[0]![0]! + back[0]![2]!]).toEqual([0, 1]);
  });

  it.each([
    ["form.language.key.weight", { language: { key: { weight: zeros([4, 8]) } } }],
    ["form.vision.query.weight", { vision: { query: { weight: zeros([5, 6]) } } }],
    ["form.vision.value.weight", { vision: { value: { weight: zeros([6, 5]) } } }],
    ["form.language.value.weight", { language: { value: { weight: zeros([3, 4]) } } }],
    ["form.vision.output.weight", { vision: { output: { weight: zeros([3, 4]) } } }],
    ["form.language.output.weight", { language: { output: { weight: zeros([3, 4]) } } }],
  ])("names %s when it does not fit", (name, changed: { vision?: object; language?: object }) => {
    const form = sharedForm(9, { dv: 6, dl: 4, h: 2, d: 3, e: 2, f: 2, out: 5 });
    const inputs = { vision: zeros([1, 7, 6]), language: zeros([1, 3, 4]) };
    const wrong = {
      ...form,
      vision: { ...form.vision, ...changed.vision },
      language: { ...form.language, ...changed.language },
    };
    expect(() => coAttention(inputs, wrong)).toThrow(`${name}: shape`);
  });
});

describe("softmax along an axis", () => {
  it("sums to 1 along it, and the other axis is the transposed one", () => {
    const logits = randomNormal(seededRandom(1), [2, 3, 4, 5], 30);
    const byKey = softmaxOverKeys(logits);
    const byQuery = softmaxOverQueries(logits);
    expect([byKey.shape, byQuery.shape]).toEqual([
      [2, 3, 4, 5],
      [2, 3, 5, 4],
    ]);
    const sums = (matrix: readonly (readonly number[])[]) => matrix.map((row) => row.reduce((sum, x) => sum + x, 0));
    for (const sum of [...sums(matrixOf(byKey, 1, 2)), ...sums(matrixOf(byQuery, 1, 2))])
      expect(sum).toBeCloseTo(1, 12);
    expect(distance(matrixOf(byQuery, 1, 2), softmaxOf(transpose(matrixOf(logits, 1, 2))))).toBeLessThan(1e-12);
  });

  it("accepts empty axes", () => {
    expect(softmaxOverKeys(zeros([1, 1, 3, 0])).shape).toEqual([1, 1, 3, 0]);
    expect(softmaxOverQueries(zeros([1, 1, 3, 0])).shape).toEqual([1, 1, 0, 3]);
  });
});
