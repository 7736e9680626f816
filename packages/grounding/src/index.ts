export { additiveActionScores } from "./actions/additive-scores.ts";
export { type ActionScoreCost, type ActionScoreForm, actionScoreCost } from "./actions/cost.ts";
export { type FactoredWeights, factoredActionScores } from "./actions/factored-scores.ts";
export { type ActionFactors, additive, type FactoredSizes, trilinear } from "./actions/factors.ts";
export { actionScores, type GeneralActionScores, type PairAction } from "./actions/general.ts";
export type { ActionInputs, ActionSizes, WeightedActionInputs } from "./actions/inputs.ts";
export type { LowRankActionScores } from "./actions/score.ts";
export { trilinearActionScores } from "./actions/trilinear-scores.ts";
export { type ExplainedGrounding, explainGrounding } from "./model/explain.ts";
export { type Forward, type ForwardGradients, forward, type ModelInputs } from "./model/forward.ts";
export { type Grounding, type GroundingModel, ground } from "./model/model.ts";
export {
  type Direction,
  directions,
  type Fusion,
  fusions,
  type Gradients,
  type ModelOptions,
  type Parameters,
} from "./model/options.ts";
export { initialParameters, parameterShapes, zeroGradients } from "./model/parameters.ts";
export type { Grid } from "./model/pool.ts";
export type { Preparation } from "./model/preparation.ts";
export { type GroundingOptions, type GroundingScores, groundingScores } from "./scores/grounding-scores.ts";
export type { Best } from "./select/argmax.ts";
export { type PointingGame, pointingGame } from "./select/pointing-game.ts";
export { selectAction } from "./select/select-action.ts";
export { nearestNeighbour, ridgeToWords } from "./training/baselines.ts";
export type { GroundingDataset, Scene, SceneObject } from "./training/dataset.ts";
export { DivergedError } from "./training/errors.ts";
export { defaultTraining, type SomeTrainingOptions, type TrainingOptions } from "./training/options.ts";
export { packDataset } from "./training/pack-dataset.ts";
export {
  chanceAccuracy,
  modelScorer,
  type PointingAccuracy,
  pointingAccuracy,
  type Scorer,
} from "./training/pointing.ts";
export { readCheckpoint, readModel, writeCheckpoint, writeModel } from "./training/store.ts";
export {
  type Checkpoint,
  type Training,
  type TrainingHooks,
  type TrainingRecord,
  type TrainingStep,
  trainGrounding,
} from "./training/train.ts";
