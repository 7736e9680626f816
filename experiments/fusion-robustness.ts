import { fusionRobustness } from "@xattn/measures";
import { defineExperiment } from "@xattn/runner/define";

const needsAlignment = "(datum.strategy == 'gated') == (datum.alignment == 'none')";
const wordsRemain =
  "!(datum.corruption == 'missing' && datum.modality == 'language' && (datum.strategy == 'gated' || datum.alignment == 'cross-attend'))";

export default defineExperiment({
  name: "fusion-robustness",
  title: "Which fusion bears a corrupted or missing modality?",
  question:
    "How far do early, late, intermediate and gated fusion move when vision or language is noisy, rounded, shuffled, fading or missing?",
  axes: {
    strategy: ["early", "late", "intermediate", "gated"],
    alignment: ["none", "pool", "resample", "cross-attend"],
    modality: ["vision", "language"],
    corruption: ["gaussian", "token-dropout", "token-swap", "feature-dropout", "spatial-shift", "int8", "fading"],
    budget: [0.25],
    n: [49],
    m: [20],
    visionWidth: [64],
    languageWidth: [48],
    width: [32],
    draws: [20],
  },
  include: [
    { corruption: ["missing"], budget: [1] },
    { corruption: ["gaussian"], budget: [0.01, 0.02, 0.04, 0.08] },
  ],
  where: `${needsAlignment} && ${wordsRemain}`,
  profiles: {
    quick: {},
    full: { axes: { n: [49, 100, 256], m: [8, 20, 64], width: [32, 64], draws: [50] } },
  },
  measures: [fusionRobustness()],
  fits: {
    byNoise: {
      kind: "powerLaw",
      column: "fusedChange",
      factors: ["budget"],
      by: ["strategy", "alignment", "modality", "n", "m", "width"],
      where: "datum.corruption == 'gaussian' && datum.budget < 0.1",
    },
  },
  claims: [
    ...(["pool", "resample"] as const).map(
      (alignment) =>
        ({
          kind: "exponents",
          name: `late-with-${alignment}-is-linear`,
          statement: `Late fusion with ${alignment} is linear: it answers noise in proportion, exponent 1 within 0.001.`,
          fit: "byNoise",
          group: { strategy: "late", alignment },
          expect: { budget: 1 },
          within: 0.001,
        }) as const,
    ),
    ...(["early", "intermediate", "gated"] as const).map(
      (strategy) =>
        ({
          kind: "exponents",
          name: `${strategy}-is-nearly-linear`,
          statement: `For noise below a tenth ${strategy} fusion is proportional too, within 0.05.`,
          fit: "byNoise",
          group: { strategy },
          expect: { budget: 1 },
          within: 0.05,
        }) as const,
    ),
    {
      kind: "bound",
      name: "intermediate-loses-all",
      statement: "Intermediate fusion loses its whole result when one modality is missing.",
      where: "datum.strategy == 'intermediate' && datum.corruption == 'missing'",
      column: "fusedChange",
      atLeast: 1,
    },
    {
      kind: "bound",
      name: "early-and-late-keep-something",
      statement:
        "Early and late fusion keep something of the result when one modality is missing: it changes by less than 95 %.",
      where: "(datum.strategy == 'early' || datum.strategy == 'late') && datum.corruption == 'missing'",
      column: "fusedChange",
      atMost: 0.95,
    },
    {
      kind: "bound",
      name: "gated-bears-missing-vision",
      statement: "Gated fusion changes by less than 22 % without vision.",
      source: "Alayrac et al. 2022 (Flamingo), section 2.2",
      where: "datum.strategy == 'gated' && datum.corruption == 'missing'",
      column: "fusedChange",
      atMost: 0.22,
    },
    {
      kind: "bound",
      name: "others-do-not",
      statement: "Every other fusion changes by more than 22 % without vision.",
      where: "datum.strategy != 'gated' && datum.corruption == 'missing' && datum.modality == 'vision'",
      column: "fusedChange",
      atLeast: 0.22,
    },
    {
      kind: "bound",
      name: "shuffling-is-invisible-to-means-and-attention",
      statement:
        "The order of visual tokens is invisible to pooling, to gated fusion and to the words' look at vision: less than 10⁻⁵ of the result.",
      where:
        "datum.corruption == 'token-swap' && datum.modality == 'vision' && (datum.strategy == 'gated' || datum.alignment == 'pool' || (datum.alignment == 'cross-attend' && datum.strategy != 'intermediate'))",
      column: "fusedChange",
      atMost: 1e-5,
    },
    {
      kind: "always",
      name: "noise-is-not-amplified",
      statement: "Noise on one modality moves no fusion by more than 1.5 times its own relative size.",
      where: "datum.corruption == 'gaussian'",
      test: "datum.fusedChange <= 1.5 * datum.budget",
    },
  ],
  charts: [
    {
      name: "missing",
      title: "How much of the result goes with a missing modality?",
      description:
        "Change of the result when a modality is left out and zeros take its place, mean over 20 draws with 95 % interval: at 0 nothing changes, at 1 nothing is left. Without words, gated fusion and the words' look at vision have nothing to start from.",
      mark: "point",
      filter: "datum.corruption == 'missing' && datum.n == 49 && datum.m == 20 && datum.width == 32",
      references: [{ channel: "x", value: 1, label: "all of it" }],
      height: 200,
      encoding: {
        x: { field: "fusedChange", title: "‖out′ − out‖ ÷ ‖out‖", scale: { domain: [0, 1.1] } },
        y: { field: "alignment", type: "nominal", sort: null },
        color: { field: "strategy", sort: null },
        column: { field: "modality", title: "missing" },
      },
    },
    {
      name: "noise",
      title: "Does a fusion answer noise in proportion?",
      description:
        "Change of the result by the size of the noise on one modality, both logarithmic, mean over alignments: a straight line of slope 1 is a proportional answer; a line lower down listens less to that modality.",
      mark: "line",
      filter: "datum.corruption == 'gaussian'",
      encoding: {
        x: { field: "budget", scale: { type: "log" }, title: "noise, relative to the modality" },
        y: { field: "fusedChange", aggregate: "mean", scale: { type: "log" }, title: "‖out′ − out‖ ÷ ‖out‖" },
        color: { field: "strategy", sort: null },
        column: { field: "modality", title: "noise on" },
      },
    },
    {
      name: "corruptions",
      title: "Which corruption of vision moves which fusion?",
      description:
        "Change of the result when a quarter of vision is corrupted: noise of a quarter of its size, a quarter of the tokens or features gone, swapped or rounded, a shift by a quarter, or a signal weaker by a quarter. One point for each alignment; the line is a quarter.",
      mark: "point",
      filter:
        "datum.budget == 0.25 && datum.modality == 'vision' && datum.n == 49 && datum.m == 20 && datum.width == 32",
      references: [{ channel: "x", value: 0.25, label: "a quarter" }],
      height: 260,
      encoding: {
        x: { field: "fusedChange", title: "‖out′ − out‖ ÷ ‖out‖", scale: { domain: [0, 1.1] } },
        y: {
          field: "corruption",
          type: "nominal",
          sort: ["spatial-shift", "feature-dropout", "token-dropout", "fading", "gaussian", "token-swap", "int8"],
        },
        color: { field: "strategy", sort: null },
      },
    },
  ],
});
