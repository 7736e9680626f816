import { loadPack } from "@xattn/data";
import { expect, it } from "vitest";
import { packDataset } from "./pack-dataset.ts";
import { chanceAccuracy, modelScorer, pointingAccuracy } from "./pointing.ts";
import { trainGrounding } from "./train.ts";

it("learns from real pictures and words within a few steps", () => {
  const pack = loadPack();
  const scenes = pack.scenesOf("train").slice(0, 160);
  const dataset = packDataset(pack, scenes);
  expect(dataset).toMatchObject({ rows: 16, columns: 16, regionWidth: pack.featureWidth, wordWidth: 100 });
  const { model, record } = trainGrounding(dataset, { epochs: 2, cells: 64, adam: { learningRate: 5e-3 } });
  expect(record.epochs[1]!.loss).toBeLessThan(record.epochs[0]!.loss);
  const others = packDataset(pack, pack.scenesOf("validation").slice(0, 20));
  // Chance is about 0.05 for a cell and 0.25 for the choice.
  expect(pointingAccuracy(modelScorer(model), others).choice).toBeGreaterThan(1.4 * chanceAccuracy(others).choice);
});
