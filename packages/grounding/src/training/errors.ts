/** Training met a loss that is not a finite number. The message names the step and the scenes of the batch. */
export class DivergedError extends Error {
  override readonly name = "DivergedError";
  readonly step: number;
  readonly loss: number;
  /** Indices of the batch's scenes in the data set. */
  readonly scenes: readonly number[];

  constructor(step: number, loss: number, scenes: readonly number[]) {
    super(
      `loss: ${loss} at step ${step}, scenes ${scenes.join(", ")}; needs a finite number (NaN in the features, or a learning rate that is too high)`,
    );
    this.step = step;
    this.loss = loss;
    this.scenes = scenes;
  }
}
