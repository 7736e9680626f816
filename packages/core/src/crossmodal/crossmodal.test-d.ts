import type { Tensor } from "../tensor/tensor.ts";
import { coAttention } from "./co-attention/co-attention.ts";
import { crossModalAttention, languageAttendsVision, visionAttendsLanguage } from "./cross-modal/cross-modal.ts";
import { efficientAttention } from "./efficient/efficient.ts";
import { multiHeadAttention } from "./multi-head/multi-head.ts";
import { type Projection, project } from "./projection/projection.ts";

declare const x: Tensor<"float32">;
declare const projection: Projection;
const projections = { query: projection, key: projection, value: projection };
const featureMap = { kind: "elu+1" } as const;

project(x, projection) satisfies Tensor<"float32">;
// @ts-expect-error a bare matrix is not a projection
project(x, x);

crossModalAttention({ queries: x, context: x }, projections);
// @ts-expect-error two tensors in a row do not say which one looks
crossModalAttention(x, x, projections);
// @ts-expect-error the modalities are named by what they do
crossModalAttention({ vision: x, language: x }, projections);
// @ts-expect-error a value projection is needed
crossModalAttention({ queries: x, context: x }, { query: projection, key: projection });

visionAttendsLanguage({ vision: x, language: x }, projections);
// @ts-expect-error the name says who looks, the inputs say which is which
visionAttendsLanguage({ queries: x, context: x }, projections);
// @ts-expect-error language is missing
languageAttendsVision({ vision: x }, projections);

multiHeadAttention({ queries: x, context: x }, { ...projections, output: projection, heads: 8 });
// @ts-expect-error W^O is part of multi-head attention
multiHeadAttention({ queries: x, context: x }, { ...projections, heads: 8 });
// @ts-expect-error so is the number of heads
multiHeadAttention({ queries: x, context: x }, { ...projections, output: projection });
// @ts-expect-error there is no such variant
multiHeadAttention({ queries: x, context: x }, { ...projections, output: projection, heads: 8 }, { variant: "linear" });

coAttention({ vision: x, language: x }, { form: "vilbert", vision: projections, language: projections });
const sharing = { vision: { query: projection, value: projection }, language: { key: projection, value: projection } };
coAttention({ vision: x, language: x }, { form: "shared", ...sharing });
// @ts-expect-error the form has to be chosen
coAttention({ vision: x, language: x }, { vision: projections, language: projections });
// @ts-expect-error vilbert needs queries and keys of both
coAttention({ vision: x, language: x }, { form: "vilbert", ...sharing });
// @ts-expect-error one mask for shared logits, not one a direction
coAttention({ vision: x, language: x }, { form: "shared", ...sharing, visionOptions: {} });

efficientAttention(x, x, x, { threshold: 1024, featureMap });
// @ts-expect-error there is no default threshold
efficientAttention(x, x, x, { featureMap });
// @ts-expect-error the approximation has to be named
efficientAttention(x, x, x, { threshold: 1024 });
// @ts-expect-error the threshold chooses the variant
efficientAttention(x, x, x, { threshold: 1024, featureMap, variant: { kind: "standard" } });
