import { entropyBound } from "@xattn/measures";
import { defineExperiment, range } from "@xattn/runner/define";

const paper =
  "Zhai et al. 2023, Stabilizing Transformer Training by Preventing Attention Entropy Collapse, the lower bound on attention entropy";

export default defineExperiment({
  name: "entropy-bound",
  title: "How little entropy attention can have",
  question:
    "Here with logits XW_Q(XW_K)ᵀ in float64 without 1/√d, and inputs built so that one row attains it; the paper names such inputs and then trains models, which is left out. Is the lower bound on the entropy of a row of attention by the spectral norms of weights and tokens (Zhai et al. 2023) ever undercut, and attained?",
  axes: {
    inputs: ["attaining", "gaussian"],
    tokens: [8, 64],
    d: [8],
    strength: [0.25, 0.5, 1, 2, 3, 4, 6, 8, 12],
    seed: range(1, 5),
  },
  profiles: {
    quick: {},
    full: { axes: { tokens: [2, 8, 64, 256], d: [8, 32], seed: range(1, 20) } },
  },
  measures: [entropyBound()],
  claims: [
    {
      kind: "bound",
      name: "attained-at-8",
      statement: "At T = 8 the bound is attained to 5 digits: both differ by less than 5·10⁻⁶ of it.",
      source: paper,
      where: "datum.inputs == 'attaining' && datum.tokens == 8",
      column: "boundGap",
      atMost: 5e-6,
    },
    {
      kind: "bound",
      name: "attained-at-64",
      statement: "At T = 64 the bound is attained to 5 digits.",
      source: paper,
      where: "datum.inputs == 'attaining' && datum.tokens == 64",
      column: "boundGap",
      atMost: 5e-6,
    },
    {
      kind: "bound",
      name: "never-undercut",
      statement: "No row of Gaussian inputs has less entropy than the bound.",
      source: paper,
      where: "datum.inputs == 'gaussian'",
      column: "overBound",
      atLeast: 1,
    },
    {
      kind: "always",
      name: "exponential-collapse",
      statement:
        "From σσₓ = 6 on the least entropy is T·σσₓ·exp(−σσₓ·√(T/(T−1))) within a factor of 1.5: it collapses exponentially.",
      source: `${paper}, which decreases exponentially with the spectral norm of the logits (abstract)`,
      where: "datum.inputs == 'attaining' && datum.strength >= 6",
      test: "abs(log(datum.leastEntropy / (datum.tokens * datum.strength * exp(-datum.strength * sqrt(datum.tokens / (datum.tokens - 1)))))) <= log(1.5)",
    },
  ],
  charts: [
    {
      name: "over-bound",
      title: "The bound is attained, and never undercut",
      description: "Least entropy of a row over the bound, a point for each seed; 1 is the paper's theorem.",
      mark: "point",
      references: [{ channel: "y", value: 1, label: "Zhai et al. 2023" }],
      encoding: {
        x: { field: "strength", scale: { type: "log", base: 2 }, title: "σσₓ, spectral norms of weights × tokens" },
        y: { field: "overBound", scale: { type: "log", base: 10 }, title: "least entropy ÷ bound" },
        color: { field: "inputs" },
        column: { field: "tokens", title: "tokens T" },
      },
    },
    {
      name: "entropy",
      title: "Entropy can collapse as spectral norms grow",
      description:
        "Least entropy of a row in nats, mean over seeds: the inputs that attain the bound, and Gaussian ones.",
      mark: "line",
      encoding: {
        x: { field: "strength", scale: { type: "log", base: 2 }, title: "σσₓ, spectral norms of weights × tokens" },
        y: {
          field: "leastEntropy",
          aggregate: "mean",
          scale: { type: "log", base: 10 },
          title: "least entropy in nats",
        },
        color: { field: "inputs" },
        column: { field: "tokens", title: "tokens T" },
      },
    },
  ],
});
