import {
  type PointingAccuracy,
  type PointingScene,
  pointingAccuracy,
  type WordRegression,
  wordRegression,
} from "../baseline/pointing.ts";
import { fromNibbles } from "../features/nibbles.ts";
import { project } from "../features/projection.ts";
import { networkWidth } from "../sources/network.ts";
import { wordWidth } from "../sources/words.ts";
import type { Reduction } from "./calibrate.ts";
import type { MeasuredScene } from "./measure.ts";

export const featureKinds = ["network", "reduced", "stored"] as const;
/** 480 numbers a cell; their discriminants; the same with 4 bits. */
export type FeatureKind = (typeof featureKinds)[number];

export interface Figures {
  readonly accuracy: Readonly<Record<FeatureKind, Readonly<Record<"test" | "unseen", PointingAccuracy>>>>;
  /** Of what the marker changes, the part within the patch, on average. */
  readonly cueKept: number;
}

const penalty = 1e-3;

/** Measures what the reduction costs, with one baseline on the features before and after it. */
export function figuresOf(reduction: Reduction, vectors: readonly Float64Array[]) {
  const widths = { network: networkWidth, reduced: reduction.projection.width, stored: reduction.projection.width };
  const forKinds = <Value>(make: (kind: FeatureKind) => Value) =>
    Object.fromEntries(featureKinds.map((kind) => [kind, make(kind)])) as Record<FeatureKind, Value>;
  const models: Record<FeatureKind, WordRegression> = forKinds((kind) => wordRegression(widths[kind], wordWidth));
  const asked: Record<"test" | "unseen", Record<FeatureKind, PointingScene>[]> = { test: [], unseen: [] };
  let kept = 0;
  let cues = 0;
  return {
    add(scene: MeasuredScene, codes: Uint8Array): void {
      for (const cue of scene.cues) {
        kept += cue.kept;
        cues += 1;
      }
      const { split } = scene.plan;
      if (split === "validation") return;
      const features: Record<FeatureKind, Float32Array> = {
        network: scene.features,
        reduced: project(reduction.projection, scene.features),
        stored: fromNibbles(codes, reduction.scale),
      };
      const things = scene.things.map(({ noun, coverage }) => ({ vector: vectors[noun]!, coverage }));
      const seen = forKinds((kind): PointingScene => ({ features: features[kind], things }));
      if (split === "train") for (const kind of featureKinds) models[kind].add(seen[kind]);
      else asked[split].push(seen);
    },
    finish(): Figures {
      return {
        accuracy: forKinds((kind) => {
          const model = models[kind].solve(penalty);
          const of = (split: "test" | "unseen") =>
            pointingAccuracy(
              model,
              asked[split].map((kinds) => kinds[kind]),
            );
          return { test: of("test"), unseen: of("unseen") };
        }),
        cueKept: cues === 0 ? 1 : kept / cues,
      };
    },
  };
}

/** Word vectors of unit length, the mean of the seen nouns' taken off. */
export function centredUnit(vectors: readonly Float32Array[], seen: readonly number[]): Float64Array[] {
  const mean = new Float64Array(wordWidth);
  for (const noun of seen) {
    for (let k = 0; k < wordWidth; k += 1) mean[k] = mean[k]! + vectors[noun]![k]! / seen.length;
  }
  return vectors.map((vector) => {
    const centred = Float64Array.from(vector, (value, k) => value - mean[k]!);
    const length = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
    return centred.map((value) => value / length);
  });
}
