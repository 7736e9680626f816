import type { AttentionProjections, Projection, Tensor } from "@xattn/core";
import { align, earlyFusion, gatedFusion, intermediateFusion, lateFusion } from "./index.ts";

declare const x: Tensor;
declare const projection: Projection;
declare const projections: AttentionProjections;
const inputs = { vision: x, language: x };
const rest = { alignment: { kind: "pool", by: "mean" }, missing: "error" } as const;

earlyFusion(inputs, { concat: projection, activation: "gelu", ...rest });
// @ts-expect-error n and m may differ, so the alignment has to be said
earlyFusion(inputs, { concat: projection, activation: "gelu", missing: "error" });
// @ts-expect-error what happens without a modality has to be said
earlyFusion(inputs, { concat: projection, activation: "gelu", alignment: rest.alignment });
// @ts-expect-error there is no such activation
earlyFusion(inputs, { concat: projection, activation: "swish", ...rest });

lateFusion({ vision: x }, { vision: projection, language: projection, ...rest, missing: "zeros" });
// @ts-expect-error an alignment is a choice, not a length
lateFusion(inputs, { vision: projection, language: projection, alignment: 4, missing: "error" });
// @ts-expect-error learned tokens belong to a modality
lateFusion(inputs, { vision: projection, language: projection, ...rest, missing: { learned: x } });

// @ts-expect-error the form of co-attention has to be chosen
intermediateFusion(inputs, { attention: { vision: projections, language: projections }, ...rest });

gatedFusion({ x, context: x }, { projections, gate: 0, missing: "error" });
// @ts-expect-error a gate has no default
gatedFusion({ x, context: x }, { projections, missing: "error" });
// @ts-expect-error what is added to is named x
gatedFusion({ vision: x, language: x }, { projections, gate: 0, missing: "error" });

align(inputs, { kind: "resample", length: 4 });
// @ts-expect-error a length is needed
align(inputs, { kind: "resample" });
// @ts-expect-error which one keeps its length has to be said
align(inputs, { kind: "crossAttend", projections });
