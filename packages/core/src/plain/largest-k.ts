import { softmaxRow } from "./softmax-row.ts";

/** The k largest logits of a row, by a heap of size k whose root is the smallest kept: O(m log k), no allocation. */
export class LargestK {
  /** Weights of the kept keys, after `softmax`; their ranks before. */
  readonly weights: Float64Array;
  readonly keys: Int32Array;
  count = 0;

  constructor(weights: Float64Array, keys: Int32Array) {
    this.weights = weights;
    this.keys = keys;
  }

  select(logits: Float64Array, start: number, length: number): void {
    this.count = 0;
    for (let key = 0; key < length; key += 1) {
      const logit = logits[start + key]!;
      if (logit === Number.NEGATIVE_INFINITY) continue;
      // NaN counts as largest, so that it shows in the result.
      const rank = Number.isNaN(logit) ? Number.POSITIVE_INFINITY : logit;
      if (this.count < this.weights.length) {
        this.count += 1;
        this.#rise(this.count - 1, rank, key);
      } else if (this.#isSmaller(0, rank, key)) {
        this.#sink(rank, key);
      }
    }
  }

  softmax(logits: Float64Array, start: number, sink: number): number {
    for (let place = 0; place < this.count; place += 1) this.weights[place] = logits[start + this.keys[place]!]!;
    return softmaxRow(this.weights, 0, this.count, sink);
  }

  #isSmaller(place: number, rank: number, key: number): boolean {
    const other = this.weights[place]!;
    return other < rank || (other === rank && this.keys[place]! > key);
  }

  #rise(from: number, rank: number, key: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#isSmaller(parent, rank, key)) break;
      this.#put(place, this.weights[parent]!, this.keys[parent]!);
      place = parent;
    }
    this.#put(place, rank, key);
  }

  #sink(rank: number, key: number): void {
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.count) break;
      const right = child + 1;
      if (right < this.count && this.#isSmaller(right, this.weights[child]!, this.keys[child]!)) child = right;
      if (!this.#isSmaller(child, rank, key)) break;
      this.#put(place, this.weights[child]!, this.keys[child]!);
      place = child;
    }
    this.#put(place, rank, key);
  }

  #put(place: number, rank: number, key: number): void {
    this.weights[place] = rank;
    this.keys[place] = key;
  }
}
