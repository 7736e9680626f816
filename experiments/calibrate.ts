import { calibration, defineExperiment, range } from "@xattn/runner/define";

const slower = "datum.timeRatioLow > 1.02";
const faster = "datum.timeRatioHigh < 1 / 1.02";
const same = "datum.timeRatioLow >= 1 / 1.02 && datum.timeRatioHigh <= 1.02";

export default defineExperiment({
  name: "calibrate",
  title: "What this machine can tell apart",
  question: "How often does this machine call identical work different, and how often does it find a tenth more of it?",
  axes: { repetition: range(1, 40), arm: ["same", "twin", "slower"] },
  profiles: {
    quick: { sampling: { budgetSeconds: 0.3, maximumRounds: 200 } },
    full: { axes: { repetition: range(1, 200) }, sampling: { budgetSeconds: 0.5 } },
  },
  measures: [calibration()],
  claims: [
    {
      kind: "rate",
      name: "false-alarms",
      statement: "Identical work is called faster or slower, by more than 2 %, at most 5 times in 100.",
      where: "datum.arm == 'twin'",
      test: `${slower} || ${faster}`,
      atMost: 0.05,
    },
    {
      kind: "rate",
      name: "found",
      statement: "A tenth more of the work is called slower at least 9 times in 10.",
      where: "datum.arm == 'slower'",
      test: slower,
      atLeast: 0.9,
    },
    {
      kind: "rate",
      name: "told-the-same",
      statement: "Identical work is called the same, within 2 %, at least every second time.",
      where: "datum.arm == 'twin'",
      test: same,
      atLeast: 0.5,
    },
    {
      kind: "rate",
      name: "steady-machine",
      statement: "The speed of the machine changes by more than 5 % within a block at most 1 time in 10.",
      where: "datum.arm == 'same'",
      test: "abs(datum.timeDrift) > 0.05",
      atMost: 0.1,
    },
  ],
  charts: [
    {
      name: "ratio",
      title: "Time relative to the same work",
      description: "Identical work lies at 1, a tenth more at 1.1; how far points lie off their line is noise.",
      mark: "point",
      filter: "datum.arm != 'same'",
      references: [
        { channel: "y", value: 1, label: "the same" },
        { channel: "y", value: 1.1, label: "a tenth more" },
      ],
      encoding: {
        x: { field: "repetition", title: "repetition" },
        y: { field: "timeRatio", scale: { zero: false }, title: "time ÷ time of the same work" },
        color: { field: "arm" },
      },
    },
    {
      name: "drift",
      title: "Time of the fixed work over the run",
      description: "A level that moves is the machine changing its speed, which ratios of a round do not see.",
      mark: "point",
      filter: "datum.arm == 'same'",
      encoding: {
        x: { field: "repetition", title: "repetition" },
        y: { field: "time", title: "time of the fixed work" },
      },
    },
  ],
});
