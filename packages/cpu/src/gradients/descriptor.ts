import type { AttentionProblem, ProblemSizes } from "@xattn/core";
import type { Context } from "../backend/context.ts";
import { placePlan } from "../backend/plans.ts";
import { placeStages } from "../backend/stages.ts";
import { type Stage, stageAt, type Word, word } from "../exact/layout.ts";
import { blockKeys, type DerivativeWord, derivativeDescriptorBytes, derivativeWordAt, tileRows } from "./layout.ts";

/** Writes words at an address in the order of their names. */
export function writeWords<Name extends string>(
  context: Context,
  address: number,
  names: readonly Name[],
  values: Readonly<Record<Name, number>>,
): void {
  const memory = context.int32;
  for (const [at, name] of names.entries()) memory[address / 4 + at] = values[name];
}

export interface Descriptor {
  readonly address: number;
  readonly stages: readonly Stage[];
  readonly masked: boolean;
  /** Tiles of rows in a key-value head. */
  readonly tiles: number;
  set(values: Readonly<Partial<Record<Word, number>>>): void;
  setDerivative(values: Readonly<Partial<Record<DerivativeWord, number>>>): void;
}

/** A derivative kernel's descriptor with what follows from the problem's sizes, mask and stages. */
export function makeDescriptor(context: Context, problem: AttentionProblem, sizes: ProblemSizes): Descriptor {
  const { batch, heads, keyHeads, n, m, d } = sizes;
  const address = context.scratch.take(derivativeDescriptorBytes);
  const stages = placeStages(context, problem, sizes);
  const plan =
    problem.mask && problem.mask.kind !== "all"
      ? placePlan(context, problem.mask, sizes, { rows: tileRows, panel: 4 * context.engine.vectors, blockKeys })
      : undefined;
  const rows = (heads / keyHeads) * n;
  const tiles = Math.ceil(rows / tileRows);
  context.int32.fill(0, address / 4, (address + derivativeDescriptorBytes) / 4);
  const set: Descriptor["set"] = (values) => {
    for (const [name, value] of Object.entries(values)) context.int32[(address + word[name as Word]) / 4] = value;
  };
  const setDerivative: Descriptor["setDerivative"] = (values) => {
    for (const [name, value] of Object.entries(values)) {
      context.int32[(address + derivativeWordAt(name as DerivativeWord)) / 4] = value;
    }
  };
  set({
    rows,
    queries: n,
    keyHeads,
    groupHeads: heads / keyHeads,
    tiles,
    m,
    constants: context.constantsFor(m),
    plan: plan?.address ?? 0,
    planBatchBytes: plan?.batchBytes ?? 0,
    planHeadBytes: plan?.headBytes ?? 0,
    allEntry: address + word.allFirst,
    allFirst: 0,
    allCount: m,
    allBits: 0,
  });
  setDerivative({ factRows: batch * heads * n });
  context.float32[(address + derivativeWordAt("scale")) / 4] = problem.scale ?? 1 / Math.sqrt(d);
  for (const [index, { place }] of stages.entries()) place((address + stageAt(index)) / 4);
  return { address, stages: stages.map(({ stage }) => stage), masked: plan !== undefined, tiles, set, setDerivative };
}

/** Tells the kernels how far a bias's gradient, or tangent, is from the bias. */
export function shiftBias({ int32 }: Context, descriptor: Descriptor, target: number): void {
  const source = int32[(descriptor.address + stageAt(descriptor.stages.indexOf("bias"))) / 4]!;
  descriptor.setDerivative({ biasShift: target - source });
}
