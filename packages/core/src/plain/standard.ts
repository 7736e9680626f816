import { fillLogits, forEachHead, type Kernel, rowPair } from "./kernel.ts";
import { softmaxRow } from "./softmax-row.ts";
import { addWeightedValues } from "./weighted-values.ts";

/**
 * softmax(scale·QKᵀ)V as the equation is written (Vaswani et al. 2017): first all n·m weights of a head, then their
 * product with the values.
 */
export const standardKernel: Kernel = (inputs, finish, outputs, arena) => {
  const { n, m, e } = inputs.sizes;
  const rowsAtATime = Math.min(rowPair, n);
  const weights = arena.float32(n * m);
  const rowBuffer = arena.float64(rowsAtATime * m);
  const sums = arena.float64(rowsAtATime * e);

  forEachHead(inputs, (head) => {
    const sink = inputs.sinks[head.head]!;
    for (let i = 0; i < n; i += rowsAtATime) {
      const rows = Math.min(rowsAtATime, n - i);
      fillLogits(inputs, finish, head, i, rows, 0, m, rowBuffer);
      for (let row = 0; row < rows; row += 1) {
        const logSumExp = softmaxRow(rowBuffer, row * m, m, sink);
        if (outputs.logSumExp) outputs.logSumExp[head.index * n + i + row] = logSumExp;
      }
      for (let index = 0; index < rows * m; index += 1) weights[i * m + index] = rowBuffer[index]!;
    }
    outputs.weights?.set(weights, head.index * n * m);
    for (let i = 0; i < n; i += rowsAtATime) {
      const rows = Math.min(rowsAtATime, n - i);
      for (let index = 0; index < rows * m; index += 1) rowBuffer[index] = weights[i * m + index]!;
      sums.fill(0);
      addWeightedValues(rowBuffer, m, rows, m, inputs.value, head.value, e, sums);
      const start = (head.index * n + i) * e;
      for (let index = 0; index < rows * e; index += 1) outputs.output[start + index] = sums[index]!;
    }
  });
};
