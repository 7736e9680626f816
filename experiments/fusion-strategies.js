import { fusionStrategies } from "@xattn/measures";
import { defineExperiment, pow2, range } from "@xattn/runner/define";

const seed = "Mathematical Foundations of Cross-Modal Attention, Cross-Modal Fusion Strategies";
const pairs = "datum.n * datum.m";
export default defineExperiment({
  name: "fusion-strategies",
  title: "Ways to put vision and language together",
  question:
    "What do early, late, intermediate and gated fusion cost, how much does each modality count, and what is left when one is missing?",
  axes: {
    strategy: ["early", "late", "intermediate", "gated"],
    alignment: ["none", "pool", "resample", "cross-attend"],
    n: [16, 64, 100, 256],
    m: [8, 20, 32, 64],
    visionWidth: [64],
    languageWidth: [48],
    width: [32],
    gate: [1, 0],
    seed: range(1, 3),
  },
  where: "(datum.strategy == 'gated') == (datum.alignment == 'none') && (datum.strategy == 'gated' || datum.gate == 1)",
  profiles: {
    quick: {},
    full: { axes: { n: pow2(4, 9), m: pow2(2, 7), width: [32, 64], gate: [1, 0.1, 0], seed: range(1, 8) } },
  },
  measures: [fusionStrategies()],
  fits: {
    costTerms: {
      kind: "terms",
      column: "fusionMultiplyAdds",
      by: ["strategy", "alignment", "width"],
      where: "datum.gate == 1",
      candidates: {
        n·m: [pairs, "datum.n", "datum.m"],
        "n + m": ["datum.n", "datum.m"],
      },
    },
  },
  claims: [
    {
      kind: "terms",
      name: "pooled-early-is-linear",
      statement: "The cost of early fusion with pooling grows with n and m, without n·m.",
      source: seed,
      fit: "costTerms",
      group: { strategy: "early", alignment: "pool" },
      absent: [pairs],
    },
    {
      kind: "terms",
      name: "late-is-linear",
      statement: "The cost of late fusion has no n·m term, whichever way sequences are brought to one length.",
      source: seed,
      fit: "costTerms",
      group: { strategy: "late" },
      absent: [pairs],
    },
    {
      kind: "terms",
      name: "cross-attend-brings-pairs",
      statement: "Early fusion that aligns by cross-attention has an n·m term.",
      fit: "costTerms",
      group: { strategy: "early", alignment: "cross-attend" },
      present: [pairs],
    },
    {
      kind: "terms",
      name: "intermediate-has-pairs",
      statement: "The cost of intermediate fusion has an n·m term, whichever the alignment.",
      source: seed,
      fit: "costTerms",
      group: { strategy: "intermediate" },
      present: [pairs],
    },
    {
      kind: "bound",
      name: "closed-gate-is-identity",
      statement: "With α = 0 gated fusion returns its input, to the bit.",
      source: "Alayrac et al. 2022 (Flamingo), section 2.2",
      where: "datum.strategy == 'gated' && datum.gate == 0",
      column: "inputChange",
      atMost: 0,
    },
    {
      kind: "always",
      name: "depends-on-both",
      statement:
        "With an open gate every strategy depends on both modalities: replacing one moves the result by more than 1 %.",
      where: "datum.gate == 1",
      test: "datum.visionSensitivity > 0.01 && datum.languageSensitivity > 0.01",
    },
    {
      kind: "always",
      name: "pooling-weighs-alike",
      statement:
        "Early and late fusion of means weigh both modalities alike: neither moves the result more than twice as much as the other.",
      where: "(datum.strategy == 'early' || datum.strategy == 'late') && datum.alignment == 'pool'",
      test: "abs(log(datum.visionSensitivity / datum.languageSensitivity)) <= log(2)",
    },
    {
      kind: "bound",
      name: "intermediate-needs-both",
      statement: "Intermediate fusion leaves nothing when vision is missing and zeros take its place.",
      where: "datum.strategy == 'intermediate'",
      column: "leftWithoutVision",
      atMost: 0,
    },
    {
      kind: "bound",
      name: "others-bear-missing-vision",
      statement: "Early, late and gated fusion keep at least a tenth of the result's size without vision.",
      where: "datum.strategy != 'intermediate'",
      column: "leftWithoutVision",
      atLeast: 0.1,
    },
  ],
  charts: [
    {
      name: "cost",
      title: "Multiply-adds of a fusion",
      description:
        "Over visual tokens n with 32 words, by alignment (gated fusion needs none), with an open gate. Late fusion costs as much as early fusion and is left out.",
      mark: "line",
      filter: "datum.m == 32 && datum.gate == 1 && datum.seed == 1 && datum.width == 32 && datum.strategy != 'late'",
      encoding: {
        x: { field: "n", scale: { type: "log", base: 2 }, title: "visual tokens n" },
        y: { field: "fusionMultiplyAdds", scale: { type: "log", base: 10 }, title: "multiply-adds" },
        color: { field: "strategy" },
        column: { field: "alignment", sort: null },
      },
    },
    {
      name: "sensitivity",
      title: "What each modality moves",
      description:
        "Relative change of the result when one modality is replaced by fresh noise, a point for each size and seed, with an open gate: on the left vision decides, at the bottom language does.",
      mark: "point",
      filter: "datum.gate == 1 && datum.width == 32",
      encoding: {
        x: { field: "languageSensitivity", title: "with other language", scale: { domain: [0, 2.2] } },
        y: { field: "visionSensitivity", title: "change with other vision", scale: { domain: [0, 1.8] } },
        color: { field: "strategy" },
        column: { field: "alignment", sort: null },
      },
    },
    {
      name: "without-vision",
      title: "What is left without vision",
      description:
        "Size of the result without vision, relative to that with both, mean over sizes and seeds, with an open gate.",
      mark: "point",
      filter: "datum.gate == 1",
      height: 200,
      encoding: {
        x: {
          field: "leftWithoutVision",
          aggregate: "mean",
          title: "‖out without vision‖ ÷ ‖out‖",
          scale: { domain: [-0.05, 1.05] },
        },
        y: { field: "alignment", type: "nominal", sort: null },
        color: { field: "strategy" },
      },
    },
  ],
});
