import { SafetensorsError } from "@xattn/data";
import { describe, expect, it } from "vitest";
import { toyDataset, toyTraining } from "../../test/toy-dataset.ts";
import { ground } from "../model/model.ts";
import { readCheckpoint, readModel, writeCheckpoint, writeModel } from "./store.ts";
import { trainGrounding } from "./train.ts";

const dataset = toyDataset(1, 8);
const { model, record, checkpoint } = trainGrounding(dataset, { ...toyTraining, epochs: 1 });

describe("writeModel", () => {
  it("gives back the model and its record, bit for bit", () => {
    const bytes = writeModel(model, record);
    const back = readModel(bytes);
    expect(back.model).toEqual(model);
    expect(back.record).toEqual(record);
    const [scene] = dataset.scenes;
    expect(ground(back.model, scene!, dataset.words.bee!)).toEqual(ground(model, scene!, dataset.words.bee!));
    expect(writeModel(back.model, back.record)).toEqual(bytes);
  });

  it("is not read from a checkpoint, nor the other way round", () => {
    expect(() => readModel(writeCheckpoint(checkpoint))).toThrow(SafetensorsError);
    expect(() => readCheckpoint(writeModel(model, record))).toThrow('metadata.format: "xattn grounding 1"');
  });
});
