import { type Projection, type Random, randomProjection, type Tensor } from "@xattn/core";
import {
  earlyFusion,
  earlyFusionCost,
  gatedFusion,
  gatedFusionCost,
  intermediateFusion,
  intermediateFusionCost,
  lateFusion,
  lateFusionCost,
  type Modalities,
  type SequenceAlignment,
} from "@xattn/fusion";

export const strategyNames = ["early", "late", "intermediate", "gated"] as const;
export type StrategyName = (typeof strategyNames)[number];

/** How sequences come to one length; gated fusion needs none. */
export const alignmentNames = ["none", "pool", "resample", "cross-attend"] as const;
export type AlignmentName = (typeof alignmentNames)[number];

export interface StrategySizes {
  readonly n: number;
  readonly m: number;
  readonly visionWidth: number;
  readonly languageWidth: number;
  /** Width of the result, and of attention heads. */
  readonly width: number;
}

/** A fusion with random projections. */
export interface Strategy {
  fuse(inputs: Modalities): Tensor;
  readonly multiplyAdds: number;
  /** Learned numbers. */
  readonly parameters: number;
}

export function strategyOf(
  name: StrategyName,
  alignmentName: AlignmentName,
  sizes: StrategySizes,
  gate: number,
  random: Random,
): Strategy {
  const { visionWidth, languageWidth, width } = sizes;
  const projections: Projection[] = [];
  const learn = (inputs: number, outputs: number) => {
    const projection = randomProjection(random.fork(`projection ${projections.length}`), inputs, outputs);
    projections.push(projection);
    return projection;
  };
  const widthsToAlign = name === "intermediate" ? ([width, width] as const) : ([visionWidth, languageWidth] as const);
  const alignment = (): SequenceAlignment => alignmentOf(alignmentName, sizes.m, widthsToAlign, width, learn);
  const stream = (inputs: number) => ({
    query: learn(inputs, width),
    key: learn(inputs, width),
    value: learn(inputs, width),
  });
  const counted = () => projections.reduce((sum, { weight }) => sum + weight.data.length, 0);
  const all = { batch: 1, ...sizes };

  switch (name) {
    case "early": {
      const concat = learn(visionWidth + languageWidth, width);
      const fusion = { concat, activation: "gelu", alignment: alignment(), missing: "zeros" } as const;
      const { total } = earlyFusionCost(all, fusion);
      return { fuse: (inputs) => earlyFusion(inputs, fusion), multiplyAdds: total, parameters: counted() };
    }
    case "late": {
      const [vision, language] = [learn(visionWidth, width), learn(languageWidth, width)];
      const fusion = { vision, language, alignment: alignment(), missing: "zeros" } as const;
      const { total } = lateFusionCost(all, fusion);
      return { fuse: (inputs) => lateFusion(inputs, fusion), multiplyAdds: total, parameters: counted() };
    }
    case "intermediate": {
      const attention = { form: "vilbert", vision: stream(visionWidth), language: stream(languageWidth) } as const;
      const fusion = { attention, alignment: alignment(), missing: "zeros" } as const;
      const { total } = intermediateFusionCost(all, fusion);
      return {
        fuse: (inputs) => intermediateFusion(inputs, fusion).output,
        multiplyAdds: total,
        parameters: counted(),
      };
    }
    case "gated": {
      const query = learn(languageWidth, width);
      const [key, value, output] = [learn(visionWidth, width), learn(visionWidth, width), learn(width, languageWidth)];
      const fusion = { projections: { query, key, value, output }, gate, missing: "zeros" } as const;
      const { total } = gatedFusionCost({ batch: 1, n: sizes.m, m: sizes.n }, fusion);
      return {
        fuse: ({ vision, language }) => gatedFusion({ x: language!, context: vision }, fusion).output,
        multiplyAdds: total,
        parameters: counted(),
      };
    }
  }
}

/** Words stay where one side has to: n visual tokens are resampled to m, or gathered by the words. */
function alignmentOf(
  name: AlignmentName,
  length: number,
  [visionWidth, languageWidth]: readonly [number, number],
  width: number,
  learn: (inputs: number, outputs: number) => Projection,
): SequenceAlignment {
  switch (name) {
    case "none":
      return { kind: "tokenwise" };
    case "pool":
      return { kind: "pool", by: "mean" };
    case "resample":
      return { kind: "resample", length };
    case "cross-attend": {
      const query = learn(languageWidth, width);
      const projections = { query, key: learn(visionWidth, width), value: learn(visionWidth, visionWidth) };
      return { kind: "crossAttend", onto: "language", projections };
    }
  }
}
