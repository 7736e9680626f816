/**
 * Steps, in elements, along each axis of `target` through a tensor that broadcasts to it by the rule of trailing
 * axes: a missing axis and an axis of length 1 have step 0. Undefined when the shape does not broadcast.
 */
export function broadcastSteps(shape: readonly number[], target: readonly number[]): number[] | undefined {
  if (shape.length > target.length) return undefined;
  const missing = target.length - shape.length;
  const steps = new Array<number>(target.length).fill(0);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const length = shape[axis]!;
    if (length !== 1) {
      if (length !== target[missing + axis]) return undefined;
      steps[missing + axis] = step;
    }
    step *= length;
  }
  return steps;
}
