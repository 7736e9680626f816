import { accuracy, cost, type Parameters, time } from "@xattn/measures";
import { defineExperiment, normalize } from "@xattn/runner";
import { expect, test } from "vitest";
import { setUp } from "./set-up.ts";

function experimentWith(get: (cells: readonly Parameters[], say: (line: string) => void) => void) {
  const setUp = async (cells: Iterable<Parameters>, say: (line: string) => void) => get([...cells], say);
  const spec = defineExperiment({
    name: "demanding",
    title: "A measure that fetches",
    question: "Is it asked first?",
    axes: { n: [2, 3], m: [4], d: [5], variant: ["standard"], backend: ["plain"] },
    where: "datum.n > 2",
    measures: [cost(), { ...time(), setUp }, { ...accuracy(), setUp }],
  });
  return normalize(spec, { file: "demanding.ts" });
}

test("what measures share is done once, for the cells that are going to be run, and what it says is passed on", async () => {
  const said: string[] = [];
  let seen: readonly Parameters[] = [];
  const experiment = experimentWith((cells, say) => {
    seen = cells;
    say("fetching");
  });
  await setUp(experiment, (line) => said.push(line));
  expect(seen).toEqual([{ n: 3, m: 4, d: 5, variant: "standard", backend: "plain" }]);
  expect(said).toEqual(["fetching"]);
});

test("what cannot be had is told and stops nothing", async () => {
  const said: string[] = [];
  const experiment = experimentWith(() => {
    throw new Error("no network");
  });
  await setUp(experiment, (line) => said.push(line));
  expect(said).toEqual(["no network"]);
});

test("cells on webgpu need an adapter before anything else is asked; others do not", async () => {
  const found = { source: "", vendor: "", architecture: "", device: "", description: "SwiftShader", software: true };
  const asked: string[] = [];
  const find = async () => {
    asked.push("adapter");
    return { adapter: found, limits: {} as never, subgroups: undefined };
  };
  const plain = experimentWith(() => asked.push("measure"));
  expect(await setUp(plain, () => {}, find)).toEqual({ adapter: undefined });
  expect(asked).toEqual(["measure"]);
  const onWebgpu = {
    ...plain,
    products: plain.products.map((product) => ({ ...product, backend: ["plain", "webgpu"] })),
  };
  const said: string[] = [];
  expect(await setUp(onWebgpu, (line) => said.push(line), find)).toEqual({ adapter: found });
  expect(asked).toEqual(["measure", "adapter", "measure"]);
  expect(said).toEqual(["webgpu is a software adapter here (SwiftShader): its times say nothing of GPUs"]);
  const refuse = () => Promise.reject(new Error("none"));
  await expect(setUp(onWebgpu, () => {}, refuse)).rejects.toThrow("none");
});
