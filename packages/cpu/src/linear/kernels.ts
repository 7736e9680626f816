import { defaultFeatureMap } from "@xattn/core";
import type { Kernels } from "../backend/compute.ts";
import { linearAttention } from "./attention.ts";

/** Linear attention, with the feature map of the problem's variant. */
export const linearKernels: Kernels = {
  linear(context, problem, sizes, outputs, output) {
    const { variant } = problem;
    const featureMap = (variant?.kind === "linear" && variant.featureMap) || defaultFeatureMap;
    return linearAttention(context, problem, sizes, featureMap, outputs, output);
  },
};
