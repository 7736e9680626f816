import { entmaxRow } from "./entmax-row.ts";
import { fillLogits, forEachHead, type Kernel, rowPair } from "./kernel.ts";
import { addWeightedValues } from "./weighted-values.ts";

/** 1.5-entmax in place of softmax (Peters et al. 2019); values of weight 0 are not visited. */
export const entmaxKernel: Kernel = (inputs, finish, outputs, arena) => {
  const { n, m, e } = inputs.sizes;
  const rowsAtATime = Math.min(rowPair, n);
  const weights = arena.float64(rowsAtATime * m);
  const candidates = arena.float64(m);
  const sums = arena.float64(rowsAtATime * e);

  forEachHead(inputs, (head) => {
    const sink = inputs.sinks[head.head]!;
    for (let i = 0; i < n; i += rowsAtATime) {
      const rows = Math.min(rowsAtATime, n - i);
      fillLogits(inputs, finish, head, i, rows, 0, m, weights);
      for (let row = 0; row < rows; row += 1) entmaxRow(weights, row * m, m, sink, candidates);
      const start = head.index * n + i;
      if (outputs.weights) {
        for (let index = 0; index < rows * m; index += 1) outputs.weights[start * m + index] = weights[index]!;
      }
      sums.fill(0);
      addWeightedValues(weights, m, rows, m, inputs.value, head.value, e, sums);
      for (let index = 0; index < rows * e; index += 1) outputs.output[start * e + index] = sums[index]!;
    }
  });
};
