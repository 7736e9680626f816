import { seededRandom } from "@xattn/core";
import { describe, expect, it } from "vitest";
import { centralDifferences, normals, relativeError, toyDataset, toyTraining } from "../../test/toy-dataset.ts";
import { trainGrounding } from "../training/train.ts";
import { explainGrounding } from "./explain.ts";
import { ground } from "./model.ts";
import { directions, fusions } from "./options.ts";
import { pool, pullPool } from "./pool.ts";

const dataset = toyDataset(1, 12);
const scene = dataset.scenes[0]!;
const { noun } = scene.objects[0]!;
const word = dataset.words[noun]!;
const trained = (model: object = {}) =>
  trainGrounding(dataset, { ...toyTraining, epochs: 2, model: { ...toyTraining.model, ...model } }).model;

describe("pool", () => {
  it("takes the mean of the neighbourhood, the edge counting again beyond itself", () => {
    const regions = [1, 2, 3, 4, 5, 6];
    const grid = { rows: 2, columns: 3 };
    expect([...pool(regions, grid, [0])]).toEqual(regions);
    const [first] = pool(regions, grid, [1]);
    expect(first).toBeCloseTo((4 * 1 + 2 * 2 + 2 * 4 + 5) / 9, 12);
  });

  it("has the transposed map as its gradient: ⟨pool(x), y⟩ = ⟨x, pull(y)⟩", () => {
    const random = seededRandom(1);
    const grid = { rows: 3, columns: 4 };
    const x = normals(random, 24);
    const y = normals(random, 72);
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
    expect(dot(pool(x, grid, [0, 1, 3]), y)).toBeCloseTo(dot(x, pullPool(y, grid, [0, 1, 3])), 10);
  });
});

describe("ground", () => {
  it("gives each head's attention over the cells, and scores", () => {
    const { weights, scores } = ground(trained(), scene, word);
    expect(scores).toHaveLength(16);
    expect(weights).toHaveLength(32);
    expect(weights.slice(0, 16).reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
  });

  it("asks for features and words of the model's widths", () => {
    const model = trained();
    expect(() => ground(model, { regions: new Float64Array(79) }, word)).toThrow(
      "regions: 79 numbers; needs rows·columns·dv = 4·4·5",
    );
    expect(() => ground(model, scene, [1, 2])).toThrow("word: 2 numbers; needs dl = 6");
  });
});

describe("explainGrounding", () => {
  for (const fusion of fusions) {
    for (const direction of directions) {
      it(`has exact gradients by the cells with ${fusion} fusion, ${direction}`, () => {
        const explained = explainGrounding(trained({ fusion, direction }), scene, word, scene.objects);
        const inputs = explained.inputs.slice();
        for (const target of [0, 1]) {
          const measured = centralDifferences(inputs, () => explained.predict(inputs)[target]!);
          expect(relativeError(explained.gradient(inputs, target), measured)).toBeLessThan(1e-6);
        }
      });
    }
  }

  it("decides by the attention alone", () => {
    const explained = explainGrounding(trained(), scene, word, scene.objects);
    const { weights, heads, queries, items } = explained.attention;
    expect([heads, queries, items]).toEqual([2, 1, 16]);
    expect(explained.decide(weights)).toEqual(explained.predict(explained.inputs));
    // Uniform attention gives every object the same, whatever its size.
    const uniform = explained.decide(new Float64Array(32).fill(1 / 16));
    expect(uniform[0]).toBeCloseTo(Math.log(1 / 16 + 1e-6), 10);
    expect(uniform[1]).toBeCloseTo(uniform[0]!, 10);
    const of = Float64Array.of(0.3, -2);
    const varied = weights.slice();
    const measured = centralDifferences(varied, () => {
      const scores = explained.decide(varied);
      return 0.3 * scores[0]! - 2 * scores[1]!;
    });
    expect(relativeError(explained.decideGradient(varied, of), measured)).toBeLessThan(1e-6);
  });

  it("stays finite where sparse attention gives an object nothing, and refuses an object that covers nothing", () => {
    const model = trained({ variant: { kind: "topK", k: 1 } });
    const { predict, inputs } = explainGrounding(model, scene, word, scene.objects);
    expect(predict(inputs).every(Number.isFinite)).toBe(true);
    expect(() => explainGrounding(model, scene, word, [{ coverage: new Float64Array(16) }])).toThrow(
      "objects[0].coverage: 16 numbers with sum 0",
    );
  });
});
