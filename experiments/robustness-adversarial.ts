import { adversarialRobustness, attentionSensitivity } from "@xattn/measures";
import { defineExperiment } from "@xattn/runner/define";

/** Top-k selects keys, and its output jumps where the selection changes. */
const smooth = "datum.variant != 'sparse'";

export default defineExperiment({
  name: "robustness-adversarial",
  title: "How much worse than chance is the worst case?",
  question:
    "Is the worst perturbation of a budget at least twice as harmful as the best of 200 random ones, which variant is the most robust at equal cost, and what do sampled estimates of sensitivity see of it?",
  axes: {
    norm: ["l2", "linf"],
    budget: [0.1],
    on: ["query", "context"],
    n: [16],
    m: [16],
    d: [16],
    draws: [20],
    variant: ["standard", "chunked", "sparse", "entmax", "linear", "favor-positive"],
  },
  profiles: {
    quick: {},
    full: { axes: { budget: [0.01, 0.03, 0.1, 0.3], on: ["query", "context", "key", "value"], draws: [50] } },
  },
  measures: [adversarialRobustness(), attentionSensitivity()],
  claims: [
    {
      kind: "bound",
      name: "twice-as-harmful",
      statement:
        "For every differentiable variant, norm and side the worst perturbation is at least twice as harmful as the best of 200 that are uniform in the ball of the same budget, in at least 95 % of the draws. (Top-k attention jumps and is not differentiable; it has claims of its own.)",
      where: smooth,
      column: "twiceShare",
      atLeast: 0.95,
    },
    {
      kind: "bound",
      name: "twice-as-harmful-as-the-boundary-in-l2",
      statement:
        "In the Euclidean ball it is also for differentiable variants when the random ones lie on the sphere, where each spends the whole budget.",
      where: `datum.norm == 'l2' && ${smooth}`,
      column: "boundaryTwiceShare",
      atLeast: 0.95,
    },
    {
      kind: "bound",
      name: "twice-as-harmful-as-corners-on-context",
      statement: "In the box on keys and values it is also when the random ones lie in corners.",
      where: `datum.norm == 'linf' && datum.on == 'context' && ${smooth}`,
      column: "boundaryTwiceShare",
      atLeast: 0.95,
    },
    {
      kind: "bound",
      name: "twice-as-harmful-as-corners-on-queries",
      statement:
        "In the box on queries it is also when the random ones lie in corners. (No, but for FAVOR+: a random corner spends as much of every coordinate as the worst one, and misses its signs alone.)",
      where: `datum.norm == 'linf' && datum.on == 'query' && ${smooth}`,
      column: "boundaryTwiceShare",
      atLeast: 0.95,
    },
    {
      kind: "bound",
      name: "corners-allow-twice",
      statement:
        "Among all corners of the box on queries there is one at least twice as harmful as the best of 200 random corners, in at least 95 % of the draws. (No, by all 65,536 corners a query in the first four draws. Of linear attention the worst corner is proved to be the worst of the box, so that no attack gets there; of softmax attention the inside of the box is not ruled out.)",
      where: `datum.norm == 'linf' && datum.on == 'query' && (datum.variant == 'standard' || datum.variant == 'chunked' || datum.variant == 'linear')`,
      column: "cornerTwiceShare",
      atLeast: 0.95,
    },
    {
      kind: "bound",
      name: "attacks-find-the-worst-corner",
      statement:
        "On queries in the box attacks do at least 97 % of the harm of the worst of all 65,536 corners a query.",
      where: "datum.cornerAttained != null",
      column: "cornerAttained",
      atLeast: 0.97,
    },
    {
      kind: "bound",
      name: "twice-as-harmful-to-top-k",
      statement:
        "Top-k attention has a perturbation at least twice as harmful as the best of 200 in the ball, in at least 95 % of the draws. (No, in 50 to 90 %: a key that trades places at the border of the selection does its harm at once, and random perturbations meet such borders as well.)",
      where: "datum.variant == 'sparse'",
      column: "twiceShare",
      atLeast: 0.95,
    },
    {
      kind: "bound",
      name: "twice-as-harmful-to-top-k-queries-in-l2",
      statement:
        "On queries in the Euclidean ball it has in the median draw: the budget goes to the queries whose selection is cheapest to change.",
      where: "datum.variant == 'sparse' && datum.on == 'query' && datum.norm == 'l2'",
      column: "harmRatio",
      atLeast: 2,
    },
    {
      kind: "bound",
      name: "worse-than-chance",
      statement:
        "For every variant, top-k too, every single draw has a worst case that is at least 1.5 times as harmful as the best of chance in the ball.",
      column: "leastRatio",
      atLeast: 1.5,
    },
    {
      kind: "bound",
      name: "linear-is-most-robust",
      statement:
        "At equal cost linear attention with elu+1 is the variant that its worst case moves least, whatever the norm and side. (In the box on keys and values softmax attention is.)",
      where: "datum.variant == 'linear'",
      column: "robustnessRank",
      atMost: 1,
    },
    {
      kind: "bound",
      name: "linear-is-most-robust-in-l2",
      statement: "It is in the Euclidean ball.",
      where: "datum.variant == 'linear' && datum.norm == 'l2'",
      column: "robustnessRank",
      atMost: 1,
    },
    {
      kind: "bound",
      name: "favor-is-most-fragile-on-context",
      statement:
        "When keys and values are perturbed, FAVOR+ is moved furthest of all variants: few features make its denominator small.",
      where: "datum.variant == 'favor-positive' && datum.on == 'context'",
      column: "robustnessRank",
      atLeast: 6,
    },
    {
      kind: "bound",
      name: "equal-cost",
      statement: "With n = m = d all variants take as many multiply-adds as softmax attention within 10 %, or fewer.",
      column: "costShare",
      atMost: 1.1,
    },
    {
      kind: "bound",
      name: "worst-case-within-bound",
      statement:
        "No worst case breaks the bound that follows from softmax being ½-Lipschitz and 1.5-entmax 1-Lipschitz.",
      source: "Gao and Pavel 2017, proposition 4; Nair 2025; Blondel, Martins and Niculae 2020",
      column: "worstCertifiedShare",
      atMost: 1,
    },
    {
      kind: "bound",
      name: "jacobian-within-bound",
      statement: "The spectral norm of the Jacobian stays below the certified Lipschitz constant.",
      source: "Gao and Pavel 2017, proposition 4; Nair 2025; Blondel, Martins and Niculae 2020",
      column: "jacobianCertifiedShare",
      atMost: 1,
    },
    {
      kind: "bound",
      name: "sampling-sees-half",
      statement:
        "200 samples see at least half of the local Lipschitz constant of the output. (No: 17 to 37 %; random directions are rarely the bad ones. Of top-k attention they see more, since jumps count for more than slopes.)",
      source: "Alvarez-Melis and Jaakkola 2018, with the defaults of Quantus",
      where: smooth,
      column: "sampledShare",
      atLeast: 0.5,
    },
  ],
  charts: [
    {
      name: "harm-ratio",
      title: "Is the worst case twice as harmful as the best of 200 in the ball?",
      description:
        "Worst change of the output that attacks find ÷ largest of 200 random perturbations, uniform in the ball of the same budget; median over 20 draws with 95 % interval. Right of the line it is at least twice as harmful. Perturbed: the query, or keys and values (context). Ball: Euclidean (l2) or a box (linf).",
      mark: "point",
      references: [{ channel: "x", value: 2, label: "twice" }],
      filter: "datum.budget == 0.1",
      height: 200,
      encoding: {
        x: { field: "harmRatio", title: "worst ÷ best of random in the ball", scale: { domain: [0, 8] } },
        y: { field: "variant", type: "nominal", sort: null },
        color: { field: "norm", title: "ball" },
        column: { field: "on", title: "perturbed" },
      },
    },
    {
      name: "boundary-ratio",
      title: "And as the best of 200 on its boundary?",
      description:
        "The same when random perturbations lie on the sphere or in corners of the box, where each spends the whole budget. In a box on queries the worst case is hardly twice the best of random corners, or less.",
      mark: "point",
      references: [{ channel: "x", value: 2, label: "twice" }],
      filter: "datum.budget == 0.1",
      height: 200,
      encoding: {
        x: { field: "boundaryRatio", title: "worst ÷ best of random on the boundary", scale: { domain: [0, 8] } },
        y: { field: "variant", type: "nominal", sort: null },
        color: { field: "norm", title: "ball" },
        column: { field: "on", title: "perturbed" },
      },
    },
    {
      name: "corner-ratio",
      title: "How far could any attack on queries in the box get?",
      description:
        "Worst of all 65,536 corners a query ÷ best of 200 random corners, median over the first four draws. For linear attention this is proved to be the worst of the whole box; for the others the inside of the box is not ruled out.",
      mark: "point",
      references: [{ channel: "x", value: 2, label: "twice" }],
      filter: "datum.budget == 0.1 && datum.cornerRatio != null",
      height: 180,
      encoding: {
        x: { field: "cornerRatio", title: "worst of all corners ÷ best of random ones", scale: { domain: [0, 4] } },
        y: { field: "variant", type: "nominal", sort: null },
      },
    },
    {
      name: "twice-share",
      title: "In how many draws is it at least twice as harmful as in the ball?",
      description:
        "Share of 20 draws in which the worst case does at least twice the harm of the best of 200 random tries in the ball; the line is the 95 % that was claimed for differentiable variants, which top-k (sparse) is not.",
      mark: "point",
      references: [{ channel: "x", value: 0.95, label: "95 %" }],
      filter: "datum.budget == 0.1",
      height: 200,
      encoding: {
        x: { field: "twiceShare", title: "share of draws", scale: { domain: [-0.05, 1.05] } },
        y: { field: "variant", type: "nominal", sort: null },
        color: { field: "norm", title: "ball" },
        column: { field: "on", title: "perturbed" },
      },
    },
    {
      name: "ranking",
      title: "Which variant is the most robust at equal cost?",
      description:
        "Rank of a variant by its worst change on the same 20 draws, 1 for the one that moves least, with 95 % bootstrap interval. All take as many multiply-adds as softmax attention within 10 %, but for sparse, which takes 38 % fewer. Standard and chunked are one formula and tied.",
      mark: "point",
      height: 200,
      encoding: {
        x: { field: "robustnessRank", title: "rank, robust on the left", scale: { domain: [0.5, 6.5] } },
        y: { field: "variant", type: "nominal", sort: null },
        color: { field: "norm", title: "ball" },
        column: { field: "on", title: "perturbed" },
      },
    },
    {
      name: "worst-change",
      title: "How far does a change of 10 % move the output in the worst case?",
      description:
        "Worst change of the output, median over 20 draws with 95 % interval; the line is the change of the input, 10 % of its size.",
      mark: "point",
      references: [{ channel: "x", value: 0.1, label: "10 %" }],
      filter: "datum.budget == 0.1",
      height: 200,
      encoding: {
        x: { field: "worstChange", title: "‖out′ − out‖ ÷ ‖out‖", scale: { type: "log", domain: [0.01, 4] } },
        y: { field: "variant", type: "nominal", sort: null },
        color: { field: "norm", title: "ball" },
        column: { field: "on", title: "perturbed" },
      },
    },
    {
      name: "sampled-share",
      title: "How much of the true sensitivity does sampling see?",
      description:
        "Local Lipschitz estimate of the output from 200 random samples ÷ spectral norm of its Jacobian. At 1 sampling would find the worst direction; top-k attention comes near by its jumps.",
      mark: "point",
      filter: "datum.norm == 'l2' && datum.budget == 0.1",
      references: [{ channel: "x", value: 1, label: "all of it" }],
      height: 200,
      encoding: {
        x: { field: "sampledShare", title: "sampled ÷ true", scale: { domain: [0, 1.1] } },
        y: { field: "variant", type: "nominal", sort: null },
        color: { field: "on", title: "perturbed" },
      },
    },
    {
      name: "sensitivity",
      title: "Whose weights does Captum's sensitivity_max call sensitive?",
      description: "Largest relative change of the attention weights over 10 samples of radius 0.02, mean over draws.",
      mark: "point",
      filter: "datum.norm == 'l2' && datum.budget == 0.1",
      height: 200,
      encoding: {
        x: { field: "sensitivityMax", title: "sensitivity_max", scale: { type: "log" } },
        y: { field: "variant", type: "nominal", sort: null },
        color: { field: "on", title: "perturbed" },
      },
    },
    {
      name: "certified",
      title: "How tight are the certified Lipschitz constants?",
      description:
        "Spectral norm of the Jacobian ÷ certified constant, largest over draws, for the variants that have one: at 1 the constant would be attained. It is out by a factor of 3 to 5.",
      mark: "point",
      filter: "datum.norm == 'l2' && datum.budget == 0.1 && datum.jacobianCertifiedShare != null",
      references: [{ channel: "x", value: 1, label: "attained" }],
      height: 160,
      encoding: {
        x: { field: "jacobianCertifiedShare", title: "Jacobian ÷ certified", scale: { domain: [0, 1.1] } },
        y: { field: "variant", type: "nominal", sort: null },
        color: { field: "on", title: "perturbed" },
      },
    },
  ],
});
