import { sinkMass } from "@xattn/measures";
import { defineExperiment, range } from "@xattn/runner/define";

const xiao = "Xiao et al. 2023, Efficient Streaming Language Models with Attention Sinks";
const miller = "Miller 2023, Attention Is Off By One";
const plain = "datum.planted == 0 && datum.shift == 0";

export default defineExperiment({
  name: "attention-sinks",
  title: "Sinks are learned, and a sink logit does their work",
  question:
    "Without trained weights, how much attention do first tokens and sink logits take (Xiao et al. 2023; Miller 2023; gpt-oss 2025), and what does a window lose that drops such a token?",
  axes: {
    sink: ["none", "off-by-one", "ln n"],
    n: [128],
    d: [32],
    planted: range(0, 10, 2),
    shift: [0],
    draws: [8],
  },
  include: [{ planted: [0], shift: range(-16, -2, 2) }],
  profiles: {
    quick: {},
    full: { axes: { n: [64, 128, 256, 512], draws: [20] } },
  },
  measures: [sinkMass()],
  claims: [
    {
      kind: "bound",
      name: "no-sink-without-training",
      statement: "Without training the first token takes Hₙ/n, the share of uniform weights, within 10 %.",
      source: "exchangeability of the keys: 1/i in row i",
      where: `datum.sink == 'none' && ${plain}`,
      column: "firstOverUniform",
      atLeast: 0.9,
      atMost: 1.1,
    },
    {
      kind: "bound",
      name: "half-on-the-first-token",
      statement:
        "The first token takes more than half of the attention. (Published of trained models; here without training, where causal softmax alone gives a twenty-fourth.)",
      source: `${xiao}, section 3.1 and figure 2`,
      where: `datum.sink == 'none' && ${plain}`,
      column: "firstMass",
      atLeast: 0.5,
    },
    {
      kind: "bound",
      name: "standing-out-by-8",
      statement: "A first key whose logits stand out by 8 takes more than half of the attention over 128 tokens.",
      where: "datum.sink == 'none' && datum.planted >= 8 && datum.n == 128",
      column: "firstMass",
      atLeast: 0.5,
    },
    {
      kind: "bound",
      name: "dropping-it-breaks-the-window",
      statement:
        "Where the first token is such a sink, a window that drops it errs at least 5 times as much as one that keeps it.",
      source: `${xiao}, section 3: window attention collapses, keeping initial tokens recovers it`,
      where: "datum.sink == 'none' && datum.planted >= 8",
      column: "dropRatio",
      atLeast: 5,
    },
    {
      kind: "bound",
      name: "sink-logit-needs-no-token",
      statement:
        "Where a sink logit of ln n takes that mass in place of a token, a window without the first token errs no more than 1.1 times as much.",
      source: "gpt-oss 2025: a learned logit a head in the denominator",
      where: `datum.sink == 'ln n' && ${plain}`,
      column: "dropRatio",
      atMost: 1.1,
    },
    {
      kind: "bound",
      name: "sink-logit-takes-its-part",
      statement: "A sink logit of ln n takes between a third and two thirds of the attention.",
      where: `datum.sink == 'ln n' && ${plain}`,
      column: "sinkMass",
      atLeast: 0.333,
      atMost: 0.667,
    },
    {
      kind: "bound",
      name: "off-by-one-can-abstain",
      statement: "With softmax off by one and logits shifted by −12, less than 1 % of the weight is left on the keys.",
      source: `${miller}: the sum goes to 0 as all logits go to −∞`,
      where: "datum.sink == 'off-by-one' && datum.shift <= -12",
      column: "sinkMass",
      atLeast: 0.99,
    },
    {
      kind: "bound",
      name: "softmax-cannot-abstain",
      statement: "Without a sink nothing is ever left out: the weights sum to 1 at every shift.",
      source: miller,
      where: "datum.sink == 'none'",
      column: "sinkMass",
      atLeast: -1e-12,
      atMost: 1e-12,
    },
    {
      kind: "bound",
      name: "off-by-one-leaves-the-rest-alone",
      statement: "At ordinary logits off by one takes less than a twentieth of the weight of 128 tokens.",
      source: miller,
      where: `datum.sink == 'off-by-one' && datum.n >= 128 && ${plain}`,
      column: "sinkMass",
      atMost: 0.05,
    },
  ],
  charts: [
    {
      name: "first-token",
      title: "Half on the first of 128 tokens takes logits that stand out by 4 to 6",
      description:
        "Weight on the first of 128 keys with 95 % interval over draws, by how far its logits stand out; at 0 nothing is planted.",
      mark: "line",
      filter: "datum.shift == 0 && datum.n == 128",
      references: [{ channel: "y", value: 0.5, label: "half: trained models, Xiao et al. 2023" }],
      encoding: {
        x: { field: "planted", title: "logits of the first key stand out by" },
        y: { field: "firstMass", title: "weight on the first token" },
        color: { field: "sink" },
      },
    },
    {
      name: "abstaining",
      title: "With a sink a row can abstain, without one it cannot",
      description: "Weight that no key gets, with 95 % interval over draws, over a shift of all logits.",
      mark: "line",
      filter: "datum.planted == 0 && datum.n == 128",
      encoding: {
        x: { field: "shift", title: "shift of all logits" },
        y: { field: "sinkMass", title: "weight on no key" },
        color: { field: "sink" },
      },
    },
    {
      name: "window",
      title: "Mass on a token is lost with it, mass on a sink logit is not",
      description:
        "Error of a window of 32 keys over that of the same window with the first token kept. At 0 the sink logit of ln n takes 59 % of the mass, and a window loses nothing; a first token that takes as much costs threefold.",
      mark: "line",
      filter: "datum.shift == 0 && datum.n == 128",
      references: [{ channel: "y", value: 1, label: "no loss" }],
      encoding: {
        x: { field: "planted", title: "logits of the first key stand out by" },
        y: { field: "dropRatio", scale: { type: "log", base: 10 }, title: "error without ÷ with the first token" },
        color: { field: "sink" },
      },
    },
  ],
});
