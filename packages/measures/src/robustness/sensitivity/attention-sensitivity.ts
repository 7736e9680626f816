import { type AttentionProblem, attention, convert, type Tensor, toFloat64 } from "@xattn/core";
import { deterministic } from "../../contract/deterministic.ts";
import type { DirectMeasure, Parameters } from "../../contract/measure.ts";
import { certifiedLipschitz } from "../bounds/lipschitz.ts";
import { drawOf, inputsOfSide, robustParameters, type Side } from "../cell.ts";
import { type Inputs, inputsOf, withInputs } from "../perturb/inputs.ts";
import type { InputName } from "../perturb/perturbation.ts";
import { remember } from "../remember.ts";
import { mean } from "../statistics.ts";
import type { Explanation } from "./explanation.ts";
import { jacobianSpectralNorm } from "./jacobian.ts";
import { localLipschitzEstimate } from "./local-lipschitz-estimate.ts";
import { maxSensitivity, sensitivityMax } from "./sensitivity-max.ts";

type SensitivityColumn =
  | "sensitivityMax"
  | "maxSensitivity"
  | "localLipschitz"
  | "sampledLipschitz"
  | "jacobianNorm"
  | "sampledShare"
  | "certifiedLipschitz"
  | "jacobianCertifiedShare";

/** Draws that it takes: each needs hundreds of derivatives, and means over few are steady enough. */
const draws = 4;
/** Its square is far below what a share or a chart shows. */
const power = { tolerance: 1e-4, maxIterations: 1000 } as const;

/**
 * How sensitive attention is at a point, by the names of the field: Captum's and Quantus's estimates for the weights as
 * the explanation, in float32 as those libraries have it; and for the output the spectral norm of its Jacobian, what
 * sampling sees of it, and the constant that the literature certifies. Means over the first four draws.
 */
export function attentionSensitivity(): DirectMeasure<SensitivityColumn> {
  return {
    kind: "direct",
    name: "attentionSensitivity",
    version: 1,
    description: "Max-sensitivity, local Lipschitz estimates, the Jacobian's spectral norm and certified constants.",
    parameters: robustParameters,
    columns: {
      sensitivityMax: deterministic("1", "Captum's sensitivity_max of the weights, radius 0.02, 10 samples.", 1e-3),
      maxSensitivity: deterministic("1", "Quantus's MaxSensitivity of the weights, noise ±0.2, 200 samples.", 1e-3),
      localLipschitz: deterministic("1", "Quantus's LocalLipschitzEstimate of the weights, 200 samples.", 1e-3),
      sampledLipschitz: deterministic("1", "The same of the output, not normalized.", 1e-3),
      jacobianNorm: deterministic("1", "‖∂out/∂input‖₂, the true local Lipschitz constant of the output.", 1e-3),
      sampledShare: deterministic("1", "What sampling sees of it: sampledLipschitz / jacobianNorm.", 1e-3),
      certifiedLipschitz: deterministic("1", "A constant that is never exceeded; nothing where none is known.", 1e-3),
      jacobianCertifiedShare: deterministic("1", "jacobianNorm / certifiedLipschitz, the largest over draws.", 1e-3),
    },
    exclusive: false,
    // What a norm or a budget is does not matter here, and neighbouring cells differ in those.
    run: ({ variant, on, n, m, d, heads = 1, temperature = 1 }, { seed }) =>
      sensitivityOf({ cell: { variant: variant!, on: on!, n: n!, m: m!, d: d!, heads, temperature }, seed }),
  };
}

const sensitivityOf = remember(64, ({ cell, seed }: { readonly cell: Parameters; readonly seed: number }) => {
  const names = inputsOfSide(cell.on as Side);
  const all = Array.from({ length: draws }, (_, index) => {
    const { problem, random } = drawOf(cell, seed, index);
    const inputs = inputsOf(problem, names);
    const input = Float64Array.from(inputs.flatMap(({ data }) => [...data]));
    const of = (result: "weights" | "output"): Explanation => explanation(problem, names, inputs, result);
    const { norm } = jacobianSpectralNorm(problem, names, random.fork("power"), power);
    const sampled = localLipschitzEstimate(of("output"), input, random.fork("sampled"), { normalise: false });
    const certified = certifiedLipschitz(problem, names);
    return {
      sensitivityMax: sensitivityMax(of("weights"), input, random.fork("captum")),
      maxSensitivity: maxSensitivity(of("weights"), input, random.fork("quantus")),
      localLipschitz: localLipschitzEstimate(of("weights"), input, random.fork("lipschitz")),
      sampledLipschitz: sampled,
      jacobianNorm: norm,
      sampledShare: sampled / norm,
      certified,
      share: certified === undefined ? undefined : norm / certified,
    };
  });
  const over = (name: keyof (typeof all)[number]) => mean(all.map((one) => one[name] ?? Number.NaN));
  const known = all.every(({ certified }) => certified !== undefined);
  return {
    sensitivityMax: over("sensitivityMax"),
    maxSensitivity: over("maxSensitivity"),
    localLipschitz: over("localLipschitz"),
    sampledLipschitz: over("sampledLipschitz"),
    jacobianNorm: over("jacobianNorm"),
    sampledShare: over("sampledShare"),
    certifiedLipschitz: known ? over("certified") : null,
    jacobianCertifiedShare: known ? Math.max(...all.map(({ share }) => share!)) : null,
  };
});

/** A result of attention as a function of the named inputs, one after the other. */
function explanation(
  problem: AttentionProblem,
  names: readonly InputName[],
  like: Inputs,
  result: "weights" | "output",
): Explanation {
  return (input) => {
    let start = 0;
    const inputs = like.map((one) => {
      const data = input.slice(start, start + one.data.length);
      start += data.length;
      return { ...one, data };
    });
    const { query, key, value, ...rest } = withInputs(problem, names, inputs);
    const narrow = (tensor: Tensor) => convert(tensor, "float32");
    const found = attention(narrow(query), narrow(key), narrow(value), { ...rest, weights: result === "weights" });
    return toFloat64(result === "weights" ? found.weights! : found.output);
  };
}
