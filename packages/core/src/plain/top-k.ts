import { fillLogits, forEachHead, type Kernel, rowPair } from "./kernel.ts";
import { LargestK } from "./largest-k.ts";
import { addScaled } from "./weighted-values.ts";

/**
 * softmax over the k largest logits of each row; the others are −∞ before it. Of equal logits the one of the lower
 * key counts as larger.
 */
export function topKKernel(k: number): Kernel {
  return (inputs, finish, outputs, arena) => {
    const { n, m, e } = inputs.sizes;
    const rowsAtATime = Math.min(rowPair, n);
    const kept = Math.min(k, m);
    const logits = arena.float64(rowsAtATime * m);
    const largest = new LargestK(arena.float64(kept), arena.int32(kept));
    const sums = arena.float64(e);

    forEachHead(inputs, (head) => {
      const sink = inputs.sinks[head.head]!;
      for (let i = 0; i < n; i += rowsAtATime) {
        const rows = Math.min(rowsAtATime, n - i);
        fillLogits(inputs, finish, head, i, rows, 0, m, logits);
        for (let row = 0; row < rows; row += 1) {
          const index = head.index * n + i + row;
          largest.select(logits, row * m, m);
          const logSumExp = largest.softmax(logits, row * m, sink);
          if (outputs.logSumExp) outputs.logSumExp[index] = logSumExp;
          outputs.weights?.fill(0, index * m, (index + 1) * m);
          sums.fill(0);
          for (let place = 0; place < largest.count; place += 1) {
            const j = largest.keys[place]!;
            const weight = largest.weights[place]!;
            if (outputs.weights) outputs.weights[index * m + j] = weight;
            if (weight !== 0) addScaled(inputs.value, head.value + j * e, e, weight, sums, 0);
          }
          for (let c = 0; c < e; c += 1) outputs.output[index * e + c] = sums[c]!;
        }
      }
    });
  };
}
