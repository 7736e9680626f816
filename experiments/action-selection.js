import { actionSelection } from "@xattn/measures";
import { defineExperiment, range } from "@xattn/runner/define";

const log2 = { type: "log", base: 2 };
const log10 = { type: "log", base: 10 };
const formula = "Mathematical Foundations of Cross-Modal Attention, Action Selection";
const pairs = "datum.objects * datum.words";
const rankedPairs = "datum.objects * datum.words * datum.rank";
const sides = [
  "datum.objects * datum.rank",
  "datum.words * datum.rank",
  "min(datum.objects, datum.words) * datum.rank",
  "datum.rank",
];
export default defineExperiment({
  name: "action-selection",
  title: "Action scores at the lowest exact cost",
  question:
    "Does a low-rank f give the scores of the sum over all pairs, the same action, and at which cost in objects, words and rank?",
  axes: {
    form: ["trilinear", "trilinear-hard", "factored", "additive"],
    objects: [8, 32, 100],
    words: [5, 10, 20],
    rank: [4, 8, 16],
    actions: [8],
    d: [8],
    seed: range(1, 2),
  },
  profiles: {
    quick: {},
    full: {
      axes: { objects: [8, 32, 100, 196], words: [5, 20, 40], rank: [4, 8, 16, 32], d: [16], seed: range(1, 5) },
    },
  },
  measures: [actionSelection()],
  fits: {
    costTerms: {
      kind: "terms",
      column: "actionMultiplyAdds",
      by: ["form"],
      candidates: {
        o·w·r: [rankedPairs, ...sides],
        o·w: [pairs, "datum.objects", "datum.words", "datum.rank"],
        "(o + w)·r": sides,
      },
    },
  },
  claims: [
    {
      kind: "bound",
      name: "same-scores",
      statement: "The low-rank forms give the scores of the sum over pairs within 10⁻⁶.",
      source: formula,
      column: "scoreDifference",
      atMost: 1e-6,
    },
    {
      kind: "bound",
      name: "same-action",
      statement: "Both choose the same action, always.",
      source: formula,
      column: "sameAction",
      atLeast: 1,
    },
    {
      kind: "terms",
      name: "dense-trilinear-without-rank-pairs",
      statement: "With dense weights the trilinear form costs n·m + (n + m)·r, without an n·m·r term.",
      fit: "costTerms",
      group: { form: "trilinear" },
      absent: [rankedPairs],
    },
    {
      kind: "terms",
      name: "hard-trilinear-has-no-pairs",
      statement: "With one object a word the trilinear form costs (n + m)·r.",
      fit: "costTerms",
      group: { form: "trilinear-hard" },
      absent: [rankedPairs, pairs],
    },
    {
      kind: "terms",
      name: "factored-has-no-pairs",
      statement: "With weights of rank 2 the trilinear form costs (n + m)·r.",
      fit: "costTerms",
      group: { form: "factored" },
      absent: [rankedPairs, pairs],
    },
    {
      kind: "terms",
      name: "additive-has-pairs-without-rank",
      statement: "The additive form costs n·m + n + m + r: pairs, but not times the rank.",
      fit: "costTerms",
      group: { form: "additive" },
      present: [pairs],
      absent: [rankedPairs],
    },
    {
      kind: "bound",
      name: "saves-tenfold",
      statement: "Every low-rank form takes less than a tenth of the multiply-adds of the sum over pairs.",
      column: "saving",
      atLeast: 10,
    },
  ],
  charts: [
    {
      name: "multiply-adds",
      title: "Multiply-adds of all action scores",
      description:
        "Over the number of objects with 20 words, by rank: forms with pairs times rank grow apart from the others.",
      mark: "line",
      filter: "datum.words == 20 && datum.seed == 1 && datum.rank <= 16",
      encoding: {
        x: { field: "objects", scale: log2, title: "objects n" },
        y: { field: "actionMultiplyAdds", scale: log10, title: "multiply-adds" },
        color: { field: "form" },
        column: { field: "rank", title: "rank r" },
      },
    },
    {
      name: "saving",
      title: "Saving over the sum over pairs",
      description: "Multiply-adds of the general form divided by those of the low-rank one, rank 8 and 20 words.",
      mark: "line",
      filter: "datum.words == 20 && datum.seed == 1 && datum.rank == 8",
      references: [{ channel: "y", value: 1, label: "no saving" }],
      encoding: {
        x: { field: "objects", scale: log2, title: "objects n" },
        y: { field: "saving", scale: log10, title: "times fewer multiply-adds" },
        color: { field: "form" },
      },
    },
  ],
});
