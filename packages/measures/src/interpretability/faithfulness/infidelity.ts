import { ArgumentError, type Random } from "@xattn/core";
import type { Explained } from "../explained/explained.ts";
import { scoreOf } from "../explained/scores.ts";

export interface InfidelityOptions {
  /** Samples; 10 when absent. */
  readonly nPerturbSamples?: number;
  /** Scale the attributions by the factor that fits best before comparing; false when absent. */
  readonly normalize?: boolean;
  /** The perturbed inputs [m, w]; inputs less Gaussian noise of deviation 0.003 when absent. */
  readonly perturb?: (inputs: Float64Array, random: Random) => Float64Array;
  /**
   * Whether attributions hold the factor of the input already, as gradient × input and integrated gradients do and a
   * plain gradient does not. The perturbation is then (x − x̃)/(x − baseline), and else x − x̃. False when absent.
   */
  readonly multiplyByInputs?: boolean;
  /** What attributions that hold the factor of the input compare with, [m, w]; zeros when absent. */
  readonly baseline?: Float64Array;
}

/** The noise of the example in Captum's documentation of `infidelity`. */
const noiseDeviation = 0.003;

/**
 * Infidelity: the mean of (Iᵀφ − (F(x) − F(x̃)))² over perturbations I of the input (Yeh et al. 2019, definition 2.1),
 * in the form of Captum's `infidelity`, with its names and defaults (`n_perturb_samples` 10, `normalize` false) and the
 * two perturbations of its `infidelity_perturb_func_decorator`; where x equals the baseline it divides by 1, too.
 * At least 0, and 0 for the gradient of a linear score.
 *
 * @param attributions φ, [m, w]
 * @throws ArgumentError for attributions of another length than the inputs
 */
export function infidelity(
  explained: Explained,
  attributions: Float64Array,
  target: number,
  random: Random,
  options: InfidelityOptions = {},
): number {
  const { nPerturbSamples = 10, normalize = false, perturb = lessNoise, multiplyByInputs = false } = options;
  const { inputs } = explained;
  if (attributions.length !== inputs.length) {
    throw new ArgumentError(`attributions: ${attributions.length} numbers; needs one a feature, ${inputs.length}`);
  }
  const score = scoreOf(explained.predict(inputs), target);
  let [square, product, changeSquare] = [0, 0, 0];
  for (let sample = 0; sample < nPerturbSamples; sample += 1) {
    const perturbed = perturb(inputs, random);
    let told = 0;
    for (let index = 0; index < inputs.length; index += 1) {
      const change = inputs[index]! - perturbed[index]!;
      const divisor = multiplyByInputs ? inputs[index]! - (options.baseline?.[index] ?? 0) || 1 : 1;
      told += (attributions[index]! * change) / divisor;
    }
    const change = score - scoreOf(explained.predict(perturbed), target);
    square += told * told;
    product += told * change;
    changeSquare += change * change;
  }
  const factor = normalize ? (square === 0 ? 0 : product / square) : 1;
  return Math.max(0, factor * factor * square - 2 * factor * product + changeSquare) / nPerturbSamples;
}

function lessNoise(inputs: Float64Array, random: Random): Float64Array {
  return inputs.map((value) => value - noiseDeviation * random.normal());
}
