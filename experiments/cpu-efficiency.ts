import { efficiency } from "@xattn/measures";
import { defineExperiment } from "@xattn/runner/define";

const at = (shapes: readonly string[], work: string) =>
  `datum.work == '${work}' && (${shapes.map((shape) => `datum.shape == '${shape}'`).join(" || ")})`;

/** The work takes at most so much of the attention's time. */
function atMost(name: string, statement: string, where: string, ratio: number) {
  return { kind: "bound", name, statement, column: "timeRatio", where, atMost: ratio } as const;
}

function ofPeak(name: string, shapes: readonly string[], share: number) {
  return {
    kind: "bound",
    name,
    statement: `At ${shapes.join(" and ")} one core reaches ${100 * share} % of the multiply-adds it can do at all.`,
    column: "timeRatio",
    where: at(shapes, "peak"),
    atLeast: share,
  } as const;
}

export default defineExperiment({
  name: "cpu-efficiency",
  title: "How near the kernels come to the core",
  question:
    "Which part of a core's multiply-adds do the cpu backend's kernels reach, what do masks save, and what does the gradient cost?",
  axes: {
    // S1 is 100 × 20 with 8 heads, S2 576 × 77 with 12, S3 1024 × 1024 with 8, S4 4096 × 4096 with one; all d = 64.
    shape: ["S1", "S2", "S3", "S4"],
    work: ["attention", "peak", "vjp", "causal", "window-128", "block-10"],
  },
  // A window of 128 or blocks of 128 leave nothing out of the two small shapes.
  where: "datum.shape == 'S3' || datum.shape == 'S4' || indexof('attention peak vjp', datum.work) >= 0",
  profiles: {
    quick: { sampling: { budgetSeconds: 1.5, sampleMs: 5, minimumRounds: 9 } },
    full: { sampling: { budgetSeconds: 6, sampleMs: 10, minimumRounds: 15 } },
  },
  measures: [efficiency()],
  claims: [
    ofPeak("peak-small", ["S1", "S2"], 0.65),
    ofPeak("peak-large", ["S3", "S4"], 0.8),
    atMost("causal", "Causal attention at S4 takes at most 1 / 1.7 of the time.", at(["S4"], "causal"), 1 / 1.7),
    atMost("window", "A window of 128 to each side at S4 takes at most a tenth of it.", at(["S4"], "window-128"), 0.1),
    atMost("block", "A tenth of the blocks at S4 takes at most a sixth of it.", at(["S4"], "block-10"), 1 / 6),
    atMost(
      "vjp",
      "The gradient at S3, 2.5 times the multiply-adds, does at least 55 % as many a second: at most 4.55 times the time.",
      at(["S3"], "vjp"),
      2.5 / 0.55,
    ),
  ],
  charts: [
    {
      name: "ratio",
      title: "Time of other work relative to attention",
      description:
        "Peak: the same multiply-adds in registers alone, so its ratio is the share of the core that the kernel reaches.",
      mark: "point",
      filter: "datum.work != 'attention'",
      references: [{ channel: "x", value: 1, label: "attention" }],
      encoding: {
        y: { field: "work", type: "nominal", sort: ["vjp", "peak", "causal", "block-10", "window-128"], title: null },
        x: { field: "timeRatio", scale: { type: "log", base: 2 }, title: "time ÷ time of attention" },
        color: { field: "shape", type: "nominal" },
      },
    },
  ],
});
