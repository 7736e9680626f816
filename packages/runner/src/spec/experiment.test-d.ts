import { column, direct, timed } from "../../fixtures/measures.ts";
import { defineExperiment } from "./experiment.ts";

/** Compiled, never run: each marked line must be an error, and the rest must not be. */
const base = {
  name: "typed",
  title: "Typed",
  question: "Does a slip of the fingers compile?",
  axes: { n: [1, 2], variant: ["standard", "linear"] },
  measures: [timed(), direct("cost", () => 1)],
} as const;
const chart = { name: "chart", title: "Chart", description: "A chart.", mark: "line" } as const;
const claim = { name: "claim", statement: "It is so." } as const;
const fits = { law: { kind: "powerLaw", column: "time", factors: ["n"], by: ["variant"] } } as const;

defineExperiment({
  ...base,
  include: [{ n: [64] }],
  profiles: { quick: { axes: { n: [1] }, include: [{ n: [2] }] } },
  fits: {
    law: { kind: "powerLaw", column: "time", factors: ["n"], by: ["variant"] },
    sums: { kind: "terms", column: "cost", candidates: { a: ["datum.n"] } },
  },
  claims: [
    { ...claim, kind: "bound", column: "timeRatio", atMost: 1 },
    { ...claim, kind: "exponents", fit: "law", group: { variant: "linear" }, expect: { n: 1 }, within: 0.1 },
    { ...claim, kind: "terms", fit: "sums", absent: ["datum.n"] },
    { ...claim, kind: "always", test: "datum.n > 0" },
  ],
  charts: [
    { ...chart, fit: "law", encoding: { x: { field: "n" }, y: { field: "timeLow" }, color: { field: "variant" } } },
  ],
});
defineExperiment(base);
defineExperiment({
  ...base,
  fits,
  claims: [{ ...claim, kind: "exponents", fit: "law", group: { variant: "linear" }, expect: { n: 1 }, within: 1 }],
  charts: [{ ...chart, fit: "law", encoding: { y: { field: "cost" } } }],
});

// @ts-expect-error a field that is no column
defineExperiment({ ...base, charts: [{ ...chart, encoding: { x: { field: "nn" } } }] });
// @ts-expect-error a suffix that only sampled columns have
defineExperiment({ ...base, charts: [{ ...chart, encoding: { x: { field: "costLow" } } }] });
// @ts-expect-error a channel that is none
defineExperiment({ ...base, charts: [{ ...chart, encoding: { colour: { field: "n" } } }] });
// @ts-expect-error a fit that is not there
defineExperiment({ ...base, fits, charts: [{ ...chart, fit: "lawn", encoding: {} }] });
// @ts-expect-error a fit where there are none
defineExperiment({ ...base, charts: [{ ...chart, fit: "law", encoding: {} }] });
// @ts-expect-error a column that is not there
defineExperiment({ ...base, fits: { law: { kind: "powerLaw", column: "tme", factors: ["n"] } } });
// @ts-expect-error a factor that is no axis
defineExperiment({ ...base, fits: { law: { kind: "powerLaw", column: "time", factors: ["m"] } } });
// @ts-expect-error a group that is no axis
defineExperiment({ ...base, fits: { law: { kind: "powerLaw", column: "time", factors: ["n"], by: ["varaint"] } } });
// @ts-expect-error a column that is not there
defineExperiment({ ...base, fits: { sums: { kind: "terms", column: "cots", candidates: { a: ["datum.n"] } } } });
// @ts-expect-error a column that is not there
defineExperiment({ ...base, claims: [{ ...claim, kind: "bound", column: "timeRation", atMost: 1 }] });
// @ts-expect-error a fit that is not there
defineExperiment({ ...base, fits, claims: [{ ...claim, kind: "exponents", fit: "lwa", expect: { n: 1 }, within: 1 }] });
// @ts-expect-error an exponent of what is no axis
defineExperiment({ ...base, fits, claims: [{ ...claim, kind: "exponents", fit: "law", expect: { k: 1 }, within: 1 }] });
defineExperiment({
  ...base,
  fits,
  // @ts-expect-error a group by what is no axis
  claims: [{ ...claim, kind: "exponents", fit: "law", group: { varaint: "linear" }, expect: { n: 1 }, within: 1 }],
});
// @ts-expect-error an axis that the experiment does not have
defineExperiment({ ...base, profiles: { quick: { axes: { m: [1] } } } });
// @ts-expect-error an axis that the experiment does not have
defineExperiment({ ...base, profiles: { quick: { include: [{ m: [1] }] } } });
// @ts-expect-error an axis that the experiment does not have
defineExperiment({ ...base, include: [{ m: [1] }] });
// @ts-expect-error a kind of claim that is none
defineExperiment({ ...base, claims: [{ ...claim, kind: "never", test: "datum.n > 0" }] });
// @ts-expect-error a field of the spec that is none
defineExperiment({ ...base, questoin: "?" });
// @ts-expect-error what is no measure
defineExperiment({ ...base, measures: [column()] });
