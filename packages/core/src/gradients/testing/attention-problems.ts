import {
  alibi,
  all,
  and,
  block,
  causal,
  dense,
  document,
  global,
  type Mask,
  type MaskSizes,
  none,
  not,
  or,
  padding,
  prefix,
  relativeBias,
  type ScoreModifier,
  softcap,
  strided,
  window,
} from "@xattn/masking";
import fc from "fast-check";
import type { AttentionProblem } from "../../problem/problem.ts";
import type { FeatureMap, Variant } from "../../problem/variant.ts";
import { type Random, seededRandom } from "../../random/random.ts";
import { tensor } from "../../tensor/create.ts";
import { normal } from "./normal.ts";

const favor = (form: "positive" | "trigonometric" | "hyperbolic", orthogonal: boolean): FeatureMap => ({
  kind: "favor+",
  form,
  orthogonal,
  features: 5,
  seed: 3,
});

export const exactVariants: Readonly<Record<string, Variant>> = {
  standard: { kind: "standard" },
  "chunked in twos": { kind: "chunked", chunk: 2 },
  "chunked, one chunk": { kind: "chunked" },
  "topK of 2": { kind: "topK", k: 2 },
  entmax: { kind: "entmax" },
};

export const linearVariants: Readonly<Record<string, Variant>> = {
  "linear by default": { kind: "linear" },
  "linear elu+1": { kind: "linear", featureMap: { kind: "elu+1" } },
  "linear relu": { kind: "linear", featureMap: { kind: "relu" } },
  "linear positive": { kind: "linear", featureMap: favor("positive", true) },
  "linear trigonometric": { kind: "linear", featureMap: favor("trigonometric", false) },
  "linear hyperbolic": { kind: "linear", featureMap: favor("hyperbolic", true) },
};

export type MaskMaker = (sizes: MaskSizes, random: Random) => Mask;

export const linearMasks: Readonly<Record<string, MaskMaker>> = {
  all: () => all,
  none: () => none,
  causal: () => causal(),
  "causal bottom-right": () => causal("bottom-right"),
  "causal shifted back": () => causal({ offset: -1 }),
  padding: ({ batch, queries, keys }, random) =>
    padding({
      keys: Array.from({ length: batch }, () => random.integer(0, keys)),
      queries: Array.from({ length: batch }, () => random.integer(0, queries)),
    }),
  "causal and padding": (sizes, random) => and(causal("bottom-right"), linearMasks.padding!(sizes, random)),
};

export const exactMasks: Readonly<Record<string, MaskMaker>> = {
  ...linearMasks,
  window: () => window(1, 1, "bottom-right"),
  prefix: () => prefix(2),
  document: ({ queries, keys }) =>
    document(
      Array.from({ length: queries }, (_, i) => i >> 1),
      Array.from({ length: keys }, (_, j) => j >> 1),
    ),
  block: ({ queries, keys }, random) =>
    block(
      Array.from({ length: Math.ceil(queries / 2) }, () =>
        Array.from({ length: Math.ceil(keys / 2) }, () => random.uniform() < 0.6),
      ),
      { queries: 2, keys: 2 },
    ),
  strided: () => strided(2),
  global: () => global({ queries: [1], keys: [0] }),
  dense: ({ batch, heads, queries, keys }, random) =>
    dense(
      [batch, heads, queries, keys],
      Array.from({ length: batch * heads * queries * keys }, () => random.uniform() < 0.6),
    ),
  combination: () => or(and(causal("bottom-right"), not(window(0, 0))), global({ queries: [], keys: [2] })),
};

export interface Choices {
  readonly seed: number;
  readonly batch: number;
  readonly keyHeads: number;
  readonly group: number;
  readonly n: number;
  readonly past: number | null;
  readonly recent: number;
  readonly d: number;
  readonly e: number;
  readonly scale: number | null;
  readonly modifiers: "none" | "softcap" | "alibi" | "relativeBias" | "three";
  readonly bias: "none" | "whole" | "keys" | "queries" | "heads" | "one" | "forbids";
  readonly sinks: boolean;
}

export const choices: fc.Arbitrary<Choices> = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  batch: fc.integer({ min: 1, max: 2 }),
  keyHeads: fc.integer({ min: 1, max: 2 }),
  group: fc.integer({ min: 1, max: 2 }),
  n: fc.integer({ min: 1, max: 4 }),
  past: fc.option(fc.integer({ min: 0, max: 2 })),
  recent: fc.integer({ min: 1, max: 4 }),
  d: fc.integer({ min: 1, max: 3 }),
  e: fc.integer({ min: 1, max: 3 }),
  scale: fc.option(fc.constantFrom(0.7, -0.5)),
  modifiers: fc.constantFrom("none", "softcap", "alibi", "relativeBias", "three"),
  bias: fc.constantFrom("none", "whole", "keys", "queries", "heads", "one", "forbids"),
  sinks: fc.boolean(),
});

function modifiersOf(choice: Choices["modifiers"], heads: number, random: Random): readonly ScoreModifier[] {
  const table = () => Array.from({ length: heads }, () => Array.from({ length: 3 }, () => random.normal()));
  switch (choice) {
    case "none":
      return [];
    case "softcap":
      return [softcap(1.5)];
    case "alibi":
      return [alibi(heads, "bottom-right")];
    case "relativeBias":
      return [relativeBias(table())];
    case "three":
      return [softcap(2), relativeBias(table()), softcap(1.5)];
  }
}

function biasOf(choice: Choices["bias"], [b, h, n, m]: readonly [number, number, number, number], random: Random) {
  if (choice === "none") return undefined;
  const whole = [b, h, n, m];
  const shapes = { whole, keys: [m], queries: [b, 1, n, 1], heads: [h, 1, m], one: [1], forbids: whole };
  const bias = normal(random, shapes[choice]);
  if (choice !== "forbids") return bias;
  return tensor(
    whole,
    bias.data.map((x) => (random.uniform() < 0.3 ? Number.NEGATIVE_INFINITY : x)),
  );
}

export function problemOf(variant: Variant, makeMask: MaskMaker, choice: Choices): AttentionProblem {
  const random = seededRandom(choice.seed);
  const { batch, keyHeads, n, past, recent, d, e } = choice;
  const heads = keyHeads * choice.group;
  const m = (past ?? 0) + recent;
  const bias = biasOf(choice.bias, [batch, heads, n, m], random);
  const base: AttentionProblem = {
    query: normal(random, [batch, heads, n, d]),
    key: normal(random, [batch, keyHeads, recent, d]),
    value: normal(random, [batch, keyHeads, recent, e]),
    mask: makeMask({ batch, heads, queries: n, keys: m }, random),
    variant,
    ...(past !== null && {
      past: { key: normal(random, [batch, keyHeads, past, d]), value: normal(random, [batch, keyHeads, past, e]) },
    }),
    ...(choice.scale !== null && (variant.kind !== "linear" || choice.scale > 0) && { scale: choice.scale }),
  };
  if (variant.kind === "linear") return base;
  return {
    ...base,
    modifiers: modifiersOf(choice.modifiers, heads, random),
    ...(bias && { bias }),
    ...(choice.sinks && { sinks: normal(random, [heads]) }),
  };
}
