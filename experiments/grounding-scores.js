import { pointing } from "@xattn/measures";
import { defineExperiment, pow2 } from "@xattn/runner/define";

const formula =
  "Mathematical Foundations of Cross-Modal Attention, Object Grounding: GroundingScore(oᵢ, wⱼ) = Attention(wⱼ, oᵢ, oᵢ)";
export default defineExperiment({
  name: "grounding-scores",
  title: "Which score finds the object that a word means",
  question:
    "On scenes with a known answer, how often does each kind of grounding score point at the right object, over noise and number of objects?",
  axes: {
    rule: ["over-objects", "raw", "both-ways", "single-object"],
    objects: pow2(1, 5),
    noise: [0, 0.25, 0.5, 1, 2, 4],
    d: [32],
    scenes: [100],
  },
  profiles: {
    quick: {},
    full: { axes: { objects: pow2(1, 6), noise: [0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 8], d: [16, 32, 64], scenes: [400] } },
  },
  measures: [pointing()],
  claims: [
    {
      kind: "always",
      name: "single-object-is-constant",
      statement: "The weight of Attention(wⱼ, oᵢ, oᵢ) over one object is exactly 1, for every word and object.",
      source: formula,
      where: "datum.rule == 'single-object'",
      test: "datum.smallestScore == 1 && datum.largestScore == 1",
    },
    {
      kind: "always",
      name: "single-object-at-chance",
      statement: "A score over one object at a time grounds no better than chance: its accuracy is 1 / objects.",
      source: formula,
      where: "datum.rule == 'single-object'",
      test: "abs(datum.accuracy - datum.chance) < 1e-12",
    },
    {
      kind: "bound",
      name: "softmax-keeps-choice",
      statement: "The raw logit chooses the same object as the softmax over objects, always.",
      where: "datum.rule == 'raw'",
      column: "agreement",
      atLeast: 1,
    },
    {
      kind: "bound",
      name: "clear-words-are-found",
      statement: "Without noise the softmax over objects finds at least 95 % of up to 32 objects.",
      where: "datum.rule == 'over-objects' && datum.noise == 0",
      column: "accuracy",
      atLeast: 0.95,
    },
    {
      kind: "bound",
      name: "both-ways-no-worse",
      statement: "Where each word means another object, asking the object too costs at most 1 % of the words.",
      where: "datum.rule == 'both-ways'",
      column: "gain",
      atLeast: -0.01,
    },
    {
      kind: "always",
      name: "better-than-chance",
      statement: "With noise up to four times the features, the softmax over objects still beats chance.",
      where: "datum.rule == 'over-objects' && datum.noise <= 4",
      test: "datum.accuracyLow > datum.chance",
    },
  ],
  charts: [
    {
      name: "accuracy",
      title: "Words that find their object",
      description:
        "Share with 95 % interval over the noise on words, by number of objects. The raw logit chooses as the softmax does and is left out.",
      mark: "line",
      filter:
        "datum.rule != 'raw' && datum.d == 32 && (datum.objects == 2 || datum.objects == 8 || datum.objects == 32)",
      encoding: {
        x: { field: "noise", type: "ordinal", title: "noise relative to features" },
        y: { field: "accuracy", title: "accuracy", scale: { domain: [0, 1.05] } },
        color: { field: "rule" },
        column: { field: "objects" },
      },
    },
    {
      name: "gain",
      title: "What asking the object too brings",
      description:
        "Accuracy above that of the softmax over objects on the same scenes, with 95 % interval, for noise of 1 and more.",
      mark: "line",
      filter: "datum.rule == 'both-ways' && datum.d == 32 && datum.noise >= 1",
      references: [{ channel: "y", value: 0, label: "no gain" }],
      encoding: {
        x: { field: "objects", scale: { type: "log", base: 2 }, title: "objects" },
        y: { field: "gain", title: "gain in accuracy" },
        color: { field: "noise", type: "ordinal" },
      },
    },
  ],
});
