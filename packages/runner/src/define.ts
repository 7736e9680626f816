/** What a file in `experiments/` needs: light to import, since a list of experiments imports them all. */
export { logspace, pow2, range } from "./axis/axis.ts";
export { calibration, calibrationArms } from "./calibration/calibration.ts";
export { defineExperiment } from "./spec/experiment.ts";
