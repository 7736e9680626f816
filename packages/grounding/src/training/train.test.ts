import { ArgumentError } from "@xattn/core";
import { describe, expect, it } from "vitest";
import { toyDataset, toyTraining } from "../../test/toy-dataset.ts";
import { directions, fusions, type Parameters } from "../model/options.ts";
import { DivergedError } from "./errors.ts";
import { modelScorer, pointingAccuracy } from "./pointing.ts";
import { readCheckpoint, writeCheckpoint } from "./store.ts";
import { type TrainingStep, trainGrounding } from "./train.ts";

const dataset = toyDataset(1, 40);
const others = toyDataset(2, 30);

const bits = (parameters: Parameters) =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, { data }]) => [name, Buffer.from(data.buffer).toString("hex")]),
  );

describe("trainGrounding", () => {
  for (const fusion of fusions) {
    for (const direction of directions) {
      it(`learns to point with ${fusion} fusion, ${direction}`, () => {
        const { model, record } = trainGrounding(dataset, {
          ...toyTraining,
          model: { ...toyTraining.model, fusion, direction },
        });
        expect(pointingAccuracy(modelScorer(model), others).cell).toBeGreaterThan(0.9);
        expect(record.epochs.at(-1)!.loss).toBeLessThan(0.8 * record.epochs[0]!.loss);
        expect(record.epochs.at(-1)!.accuracy).toBeGreaterThan(0.9);
      });
    }
  }

  for (const variant of [
    { kind: "standard" },
    { kind: "entmax" },
    { kind: "topK", k: 6 },
    { kind: "linear" },
  ] as const) {
    it(`learns through ${variant.kind} attention itself`, () => {
      const options = { ...toyTraining, objective: "weights", model: { ...toyTraining.model, variant } } as const;
      const { record } = trainGrounding(dataset, options);
      expect(record.epochs.at(-1)!.loss).toBeLessThan(0.85 * record.epochs[0]!.loss);
    });
  }

  it("repeats bit for bit for a seed, and differs for another", () => {
    const options = { ...toyTraining, epochs: 2 };
    const first = trainGrounding(dataset, { ...options, seed: 5 });
    const second = trainGrounding(dataset, { ...options, seed: 5 });
    expect(bits(second.model.parameters)).toEqual(bits(first.model.parameters));
    expect(second.record).toEqual(first.record);
    expect(bits(trainGrounding(dataset, { ...options, seed: 6 }).model.parameters)).not.toEqual(
      bits(first.model.parameters),
    );
  });

  it("goes on from a stored checkpoint as if it had not stopped, also within an epoch", () => {
    const options = { ...toyTraining, epochs: 3 };
    const whole = trainGrounding(dataset, options);
    const half = trainGrounding(dataset, options, { until: 13 });
    expect(half.record.steps).toBe(13);
    const bytes = writeCheckpoint(half.checkpoint);
    const resumed = trainGrounding(dataset, options, { from: readCheckpoint(bytes) });
    expect(bits(resumed.model.parameters)).toEqual(bits(whole.model.parameters));
    expect(resumed.record).toEqual(whole.record);
    expect(writeCheckpoint(resumed.checkpoint)).toEqual(writeCheckpoint(whole.checkpoint));
    // The checkpoint that was gone on from is as it was.
    expect(writeCheckpoint(half.checkpoint)).toEqual(bytes);
  });

  it("does not go on from the checkpoint of another form", () => {
    const { checkpoint } = trainGrounding(dataset, toyTraining, { until: 1 });
    const wider = { ...toyTraining, model: { ...toyTraining.model, hiddenWidth: 9 } };
    expect(() => trainGrounding(dataset, wider, { from: checkpoint })).toThrow(
      "from.parameters[encoder.weight]: shape [10, 8]; the options need [10, 9]",
    );
  });

  it("tells each step's loss and accuracy", () => {
    const steps: TrainingStep[] = [];
    const { record } = trainGrounding(dataset, { ...toyTraining, epochs: 2 }, { onStep: (step) => steps.push(step) });
    expect(steps.map(({ step, epoch }) => [step, epoch])).toEqual(
      Array.from({ length: 20 }, (_, index) => [index + 1, Math.floor(index / 10)]),
    );
    expect(steps.every(({ steps: all }) => all === 20)).toBe(true);
    // Without knowledge, as good as a guess among the 12 cells.
    expect(steps[0]!.loss).toBeGreaterThan(Math.log(12) - 1);
    const firstEpoch = steps.slice(0, 10).reduce((sum, { loss }) => sum + loss, 0) / 10;
    expect(record.epochs[0]!.loss).toBeCloseTo(firstEpoch, 12);
  });

  it("stops at a loss that is not a number, and names the step and the scenes", () => {
    const broken = toyDataset(3, 6);
    // Not in the features, whose mean would carry it everywhere, but in what a step computes.
    const options = { ...toyTraining, batch: 2, adam: { learningRate: Number.POSITIVE_INFINITY } };
    let thrown: unknown;
    try {
      trainGrounding(broken, options);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(DivergedError);
    const { step, loss, scenes, message } = thrown as DivergedError;
    expect(step).toBe(2);
    expect(loss).toBeNaN();
    expect(scenes).toHaveLength(2);
    expect(message).toContain(`step 2, scenes ${scenes.join(", ")}`);
    const regions = Float64Array.from(broken.scenes[0]!.regions).fill(Number.NaN, 0, 1);
    const withNaN = { ...broken, scenes: [{ ...broken.scenes[0]!, regions }, ...broken.scenes.slice(1)] };
    expect(() => trainGrounding(withNaN, toyTraining)).toThrow(DivergedError);
  });

  it("does not train for 0 epochs", () => {
    const { record, model } = trainGrounding(dataset, { ...toyTraining, epochs: 0 });
    expect(record).toMatchObject({ steps: 0, epochs: [] });
    expect(pointingAccuracy(modelScorer(model), others).cell).toBeLessThan(0.6);
  });

  it("says which option or scene does not fit", () => {
    expect(() => trainGrounding(dataset, { batch: 0 })).toThrow(
      new ArgumentError("batch: 0; needs an integer of at least 1"),
    );
    expect(() => trainGrounding(dataset, { radii: [] })).toThrow("radii: none");
    expect(() => trainGrounding({ ...dataset, scenes: [] })).toThrow("scenes: none");
    const { ant: _, ...words } = dataset.words;
    expect(() => trainGrounding({ ...dataset, words })).toThrow('"ant" has no vector in words');
    const [scene] = dataset.scenes;
    const short = { ...scene!, regions: new Float64Array(79) };
    expect(() => trainGrounding({ ...dataset, scenes: [short] })).toThrow("scenes[0].regions: 79 numbers");
  });
});
