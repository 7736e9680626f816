import { encoderAttention } from "@xattn/encoders";
import { defineExperiment, range } from "@xattn/runner/define";

export default defineExperiment({
  name: "real-encoders",
  title: "Attention of trained encoders",
  question:
    "What do the heads of a trained sentence encoder and of a trained text recognizer attend to, and does this project's attention reproduce their softmax?",
  axes: { encoder: ["sentence", "text-line"], layer: [0, 1], head: range(0, 7) },
  where: "datum.encoder == 'text-line' || datum.head < 4",
  profiles: { quick: {}, full: {} },
  measures: [encoderAttention()],
  claims: [
    {
      kind: "bound",
      name: "softmax-reproduced",
      statement: "From an encoder's queries and keys, attention in float32 is its own softmax within 10⁻⁵.",
      column: "reproductionError",
      atMost: 1e-5,
    },
    {
      kind: "bound",
      name: "heads-differ",
      statement: "Heads of a trained layer attend to different things: they diverge by at least 0.05 nats.",
      source: "Mathematical Foundations of Cross-Modal Attention, Multi-Head Cross-Modal Attention",
      column: "headDivergence",
      atLeast: 0.05,
    },
    {
      kind: "bound",
      name: "heads-are-selective",
      statement: "A trained head in effect looks at no more than half of the positions.",
      column: "supportShare",
      atMost: 0.5,
    },
    {
      kind: "bound",
      name: "what-is-asked-matters",
      statement:
        "No trained head looks at the same positions whatever is asked: query and item share at least 0.01 nats.",
      column: "querySpecialization",
      atLeast: 0.01,
    },
  ],
  charts: [
    {
      name: "support",
      title: "Share of the positions that a head in effect looks at",
      description: "1 / Σ p² of a row over the number of positions, mean over rows and inputs. 1: all alike.",
      mark: "point",
      encoding: {
        x: { field: "head", type: "ordinal", title: "head" },
        y: { field: "supportShare", scale: { domain: [0, 1] }, title: "effective share of positions" },
        color: { field: "layer", type: "ordinal", title: "layer" },
        column: { field: "encoder", title: "encoder" },
      },
    },
    {
      name: "neighbours",
      title: "Where heads look: themselves and their neighbours",
      description: "Weight of a position on itself and on the positions beside it, mean over rows and inputs.",
      mark: "point",
      encoding: {
        x: { field: "onSelf", scale: { domain: [0, 1] }, title: "weight on itself" },
        y: { field: "onNeighbours", scale: { domain: [0, 1] }, title: "weight on the positions beside it" },
        color: { field: "layer", type: "ordinal", title: "layer" },
        column: { field: "encoder", title: "encoder" },
      },
    },
    {
      name: "query-specialization",
      title: "How much a head's attention depends on what is asked",
      description: "Mutual information of query and item, mean over inputs. 0: the head looks the same way for all.",
      mark: "point",
      encoding: {
        x: { field: "head", type: "ordinal", title: "head" },
        y: { field: "querySpecialization", title: "nats", scale: { zero: true } },
        color: { field: "layer", type: "ordinal", title: "layer" },
        column: { field: "encoder", title: "encoder" },
      },
    },
  ],
});
