/** A small experiment that type-checks and runs in a few seconds: the first thing a newcomer changes. */
export function template(name: string): string {
  const title = `${name[0]!.toUpperCase()}${name.slice(1).replaceAll("-", " ")}`;
  return `import { accuracy, cost, time } from "@xattn/measures";
import { defineExperiment, pow2 } from "@xattn/runner/define";

export default defineExperiment({
  name: "${name}",
  title: "${title}",
  question: "Does chunked attention cost more time than standard attention?",
  axes: { n: pow2(6, 9), m: [128], d: [64], variant: ["standard", "chunked"], backend: ["plain"] },
  measures: [time({ baseline: { variant: "standard" } }), cost(), accuracy()],
  fits: { time: { kind: "powerLaw", column: "time", factors: ["n"], by: ["variant"] } },
  claims: [
    { kind: "bound", name: "accurate", statement: "Both stay within 2e-6 of float64.", column: "error", atMost: 2e-6 },
  ],
  charts: [
    {
      name: "time", title: "Time by number of queries", description: "One line a variant.", mark: "line", fit: "time",
      encoding: { x: { field: "n", scale: { type: "log", base: 2 } }, y: { field: "time", scale: { type: "log" } }, color: { field: "variant" } },
    },
  ],
});
`;
}
