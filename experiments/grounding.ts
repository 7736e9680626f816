import { trainedPointing } from "@xattn/measures";
import { defineExperiment, range } from "@xattn/runner/define";

const seed = "Mathematical Foundations of Cross-Modal Attention, Object Grounding";

export default defineExperiment({
  name: "grounding",
  title: "Words that point at things in pictures",
  question:
    "How often does trained cross-modal attention point at the thing that a word names, for nouns of its training and for nouns it never saw?",
  axes: { pointer: ["trained", "untrained", "ridge", "nearest-neighbour", "chance"], seed: range(1, 5) },
  where: "datum.seed == 1 || datum.pointer == 'trained' || datum.pointer == 'untrained'",
  profiles: { quick: {}, full: { axes: { pointer: ["trained"], seed: range(1, 20) } } },
  deadlineSeconds: 600,
  measures: [trainedPointing()],
  claims: [
    {
      kind: "bound",
      name: "known-nouns",
      statement: "Trained attention points at known nouns in new scenes in at least 88 % of cases, with every seed.",
      source: seed,
      where: "datum.pointer == 'trained'",
      column: "knownCell",
      atLeast: 0.88,
    },
    {
      kind: "bound",
      name: "unseen-nouns",
      statement: "Trained attention points at nouns that it never saw in at least 55 % of cases, with every seed.",
      where: "datum.pointer == 'trained'",
      column: "unseenCell",
      atLeast: 0.55,
    },
    {
      kind: "bound",
      name: "untrained-by-chance",
      statement: "Attention without training chooses among the things of a scene within 10 points of chance.",
      where: "datum.pointer == 'untrained'",
      column: "knownChoice",
      atLeast: 0.15,
      atMost: 0.35,
    },
    {
      kind: "bound",
      name: "a-linear-map-is-not-enough",
      statement: "Ridge regression from cells to words points at known nouns in less than 88 % of cases.",
      where: "datum.pointer == 'ridge'",
      column: "knownCell",
      atMost: 0.88,
    },
  ],
  charts: [
    {
      name: "known",
      title: "Pointing at nouns of the training, in new scenes",
      description: "Share of words whose best cell of 256 lies on the thing; a point for each seed.",
      mark: "point",
      references: [{ channel: "y", value: 0.88, label: "0.88" }],
      encoding: {
        x: { field: "pointer", title: "what points" },
        y: { field: "knownCell", scale: { domain: [0, 1] }, title: "words that point right" },
      },
    },
    {
      name: "unseen",
      title: "Pointing at nouns that were never seen",
      description: "Share of words whose best cell of 256 lies on the thing; a point for each seed.",
      mark: "point",
      references: [{ channel: "y", value: 0.55, label: "0.55" }],
      encoding: {
        x: { field: "pointer", title: "what points" },
        y: { field: "unseenCell", scale: { domain: [0, 1] }, title: "words that point right" },
      },
    },
    {
      name: "choice",
      title: "Choosing among the things of a scene",
      description: "Share of unseen nouns whose thing has the most attention for its size; a point for each seed.",
      mark: "point",
      references: [{ channel: "y", value: 0.25, label: "one of four" }],
      encoding: {
        x: { field: "pointer", title: "what points" },
        y: { field: "unseenChoice", scale: { domain: [0, 1] }, title: "words that choose right" },
      },
    },
  ],
});
