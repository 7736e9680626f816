import type { Mask } from "@xattn/masking";
import { blockCausal } from "./masks.ts";

/** The sizes of one attention in a published model, for one batch entry. */
export interface Workload {
  readonly name: string;
  /** What attends to what, in words. */
  readonly title: string;
  /** Queries. */
  readonly n: number;
  /** Keys. */
  readonly m: number;
  /** Query heads. */
  readonly heads: number;
  /** Key-value heads. */
  readonly keyHeads: number;
  /** Width of queries and keys of one head. */
  readonly d: number;
  /** Width of values of one head. */
  readonly e: number;
  readonly mask?: Mask;
  readonly source: string;
  /** True when a number is worked out from others, or typical, rather than printed in the source. */
  readonly derived: boolean;
}

/** Cross-modal attentions of the field, with the sizes that their models have. */
export const workloads = [
  {
    name: "seed",
    title: "100 visual tokens attend to 20 words",
    n: 100,
    m: 20,
    heads: 8,
    keyHeads: 8,
    d: 64,
    e: 64,
    source: "The worked example that this project starts from",
    derived: false,
  },
  {
    name: "rt-1",
    title: "RT-1: six images of 8 learned tokens each, causal self-attention",
    n: 48,
    m: 48,
    heads: 8,
    keyHeads: 8,
    d: 64,
    e: 64,
    mask: { kind: "causal", alignment: "top-left" },
    source: "Brohan et al. 2022, RT-1, arXiv:2212.06817; 6·8 tokens, width 512 over 8 heads",
    derived: true,
  },
  {
    name: "octo-small",
    title: "Octo-Small: task tokens, then two time steps, block-causal",
    n: 690,
    m: 690,
    heads: 6,
    keyHeads: 6,
    d: 64,
    e: 64,
    mask: blockCausal([16, 337, 337]),
    source: "Octo Model Team 2024, arXiv:2405.12213; 16 + 2·(16 + 256 + 64 + 1) tokens, readouts seen by their step",
    derived: true,
  },
  {
    name: "octo-base",
    title: "Octo-Base: task tokens, then two time steps, block-causal",
    n: 690,
    m: 690,
    heads: 12,
    keyHeads: 12,
    d: 64,
    e: 64,
    mask: blockCausal([16, 337, 337]),
    source: "Octo Model Team 2024, arXiv:2405.12213; 16 + 2·(16 + 256 + 64 + 1) tokens, readouts seen by their step",
    derived: true,
  },
  {
    name: "openvla",
    title: "OpenVLA: 256 image patches and a prompt through Llama 2 7B, causal",
    n: 280,
    m: 280,
    heads: 32,
    keyHeads: 32,
    d: 128,
    e: 128,
    mask: { kind: "causal", alignment: "top-left" },
    source: "Kim et al. 2024, OpenVLA, arXiv:2406.09246; 256 patches and about 24 words",
    derived: true,
  },
  {
    name: "pi-0",
    title: "π0: state and 50 actions attend to three images, words and themselves",
    n: 51,
    m: 867,
    heads: 8,
    keyHeads: 1,
    d: 256,
    e: 256,
    mask: blockCausal([816, 1, 50], 816),
    source: "Black et al. 2024, π0, arXiv:2410.24164; 3·256 patches, 48 words, 1 state, 50 actions",
    derived: true,
  },
  {
    name: "roboflamingo-resampler",
    title: "RoboFlamingo: 64 latents attend to 256 patches and themselves",
    n: 64,
    m: 320,
    heads: 8,
    keyHeads: 8,
    d: 64,
    e: 64,
    source: "Li et al. 2023, RoboFlamingo, arXiv:2311.01378; perceiver resampler as in OpenFlamingo, arXiv:2308.01390",
    derived: true,
  },
  {
    name: "roboflamingo-text",
    title: "RoboFlamingo: 32 words attend to 64 visual latents",
    n: 32,
    m: 64,
    heads: 8,
    keyHeads: 8,
    d: 64,
    e: 64,
    source: "Li et al. 2023, RoboFlamingo, arXiv:2311.01378; gated cross-attention, a typical instruction's length",
    derived: true,
  },
  {
    name: "act-one-camera",
    title: "ACT: 100 action queries attend to one camera, the latent and the joints",
    n: 100,
    m: 302,
    heads: 8,
    keyHeads: 8,
    d: 64,
    e: 64,
    source: "Zhao et al. 2023, ACT, arXiv:2304.13705; 15·20 cells and 2 tokens, width 512 over 8 heads",
    derived: true,
  },
  {
    name: "act-four-cameras",
    title: "ACT: 100 action queries attend to four cameras, the latent and the joints",
    n: 100,
    m: 1202,
    heads: 8,
    keyHeads: 8,
    d: 64,
    e: 64,
    source: "Zhao et al. 2023, ACT, arXiv:2304.13705; 4·15·20 cells and 2 tokens, width 512 over 8 heads",
    derived: false,
  },
  {
    name: "gr00t-n1",
    title: "GR00T: state, future and action tokens attend to vision-language tokens",
    n: 49,
    m: 128,
    heads: 32,
    keyHeads: 32,
    d: 48,
    e: 48,
    source: "NVIDIA 2025, GR00T N1, arXiv:2503.14734; 1 + 32 + 16 queries, about 128 keys",
    derived: true,
  },
  {
    name: "detr",
    title: "DETR: 100 object queries attend to a 25×34 image",
    n: 100,
    m: 850,
    heads: 8,
    keyHeads: 8,
    d: 32,
    e: 32,
    source: "Carion et al. 2020, DETR, arXiv:2005.12872; 800×1066 pixels at stride 32, width 256 over 8 heads",
    derived: true,
  },
  {
    name: "grounding-dino-fusion",
    title: "Grounding DINO: image features of all scales attend to words, in the feature enhancer",
    n: 22_000,
    m: 256,
    heads: 4,
    keyHeads: 4,
    d: 256,
    e: 256,
    source:
      "Liu et al. 2023, Grounding DINO, arXiv:2303.05499; about 22,000 cells at four scales, width 1024 over 4 heads",
    derived: true,
  },
  {
    name: "grounding-dino-decoder",
    title: "Grounding DINO: 900 object queries attend to words",
    n: 900,
    m: 256,
    heads: 8,
    keyHeads: 8,
    d: 32,
    e: 32,
    source: "Liu et al. 2023, Grounding DINO, arXiv:2303.05499; width 256 over 8 heads",
    derived: false,
  },
  {
    name: "vilbert",
    title: "ViLBERT: 36 regions attend to 36 words, and the other way round",
    n: 36,
    m: 36,
    heads: 8,
    keyHeads: 8,
    d: 128,
    e: 128,
    source: "Lu et al. 2019, ViLBERT, arXiv:1908.02265; width 1024 over 8 heads, words padded to 36",
    derived: true,
  },
] as const satisfies readonly Workload[];

export type WorkloadName = (typeof workloads)[number]["name"];

export const workloadNames: readonly WorkloadName[] = workloads.map(({ name }) => name);
