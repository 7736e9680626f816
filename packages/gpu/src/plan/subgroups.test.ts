import { causal, softcap } from "@xattn/masking";
import { expect, it } from "vitest";
import { biasGradientShader } from "../gradients/bias.ts";
import { gradientCode } from "../gradients/code.ts";
import { factsShader } from "../gradients/facts.ts";
import { gradientShader } from "../gradients/rows.ts";
import { prepareLinear } from "../linear/problem.ts";
import { readShader } from "../linear/read.ts";
import { recurrentShader } from "../linear/recurrent.ts";
import { scanShader, statesShader } from "../linear/states.ts";
import { linearWeightsShader } from "../linear/weights.ts";
import { gaussian } from "../testing/problems.ts";
import { topKShader } from "../top-k/code.ts";
import { printShader } from "./print.ts";

/** Every shader that there is, in one form or another. */
function everyShader(): readonly string[] {
  const problem = { ...gaussian(20, 30, 16), mask: causal(), modifiers: [softcap(3)] };
  const sizes = { batch: 1, heads: 2, keyHeads: 2, n: 20, m: 30, d: 16, e: 16 };
  const asked = { weights: true, logSumExp: true };
  const gradient = gradientCode(problem, sizes).code;
  const linear = prepareLinear({ ...gaussian(20, 30, 16), mask: causal() }, { weights: true }).code(1);
  const topK = { ...gradient, slopes: false, value: "float32", output: "float32", k: 4, places: 36 } as const;
  return [
    printShader(problem, asked),
    printShader(problem, asked, { registerRows: true }),
    printShader(gaussian(1, 4096), asked),
    ...[
      factsShader(16, true),
      gradientShader(gradient, "query"),
      gradientShader(gradient, "key"),
      biasGradientShader(gradient),
      statesShader(linear),
      scanShader(linear),
      readShader(linear),
      linearWeightsShader(linear),
      recurrentShader({ d: 4, e: 4, decay: "rows", betas: "each" }),
      topKShader({ ...topK, ...asked }),
    ].map(({ code }) => code),
  ];
}

it("no shader depends on the size of subgroups, on a feature, or on an infinity that WGSL has not", () => {
  for (const code of everyShader()) {
    expect(code).not.toMatch(/subgroup|quad(Swap|Broadcast)|^enable |^requires /m);
    expect(code).not.toMatch(/undefined|NaN|Infinity/);
    expect(code).toContain("@compute");
  }
});
