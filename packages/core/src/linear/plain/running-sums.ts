import type { WriteFeatures } from "./features.ts";
import type { Allocate } from "./inputs.ts";
import { addFourKeys, dotAt, keyBlock, queryBlock, readOne, readTwo } from "./state.ts";

/** A run of keys that lie together, [heads, length, …]: the past, or the new ones. */
export interface Segment {
  readonly key: Float32Array;
  readonly value: Float32Array;
  /** Keys of one head. */
  readonly length: number;
}

export interface SumsShape {
  /** Features. */
  readonly r: number;
  readonly d: number;
  readonly e: number;
  readonly write: WriteFeatures;
  /** Factors before the feature map. */
  readonly scales: { readonly query: number; readonly key: number };
}

/** Floats of scratch memory that the sums take. */
export function runningSumsFloats(r: number, e: number): number {
  return (e + 1 + keyBlock + queryBlock) * r + keyBlock * e;
}

/**
 * The sums over the keys that a causal query has seen. Keys wait, at most four of them, until one pass over the state
 * adds them together; a query adds those of the waiting ones that it sees to what it reads from the state. All is
 * divided by the largest factor exp(logScale) of a key so far, so that no sum leaves the range.
 */
export class RunningSums {
  readonly #shape: SumsShape;
  readonly #segments: readonly Segment[];
  readonly #state: Float32Array;
  readonly #keys: Float32Array;
  readonly #values: Float32Array;
  readonly #queries: Float32Array;
  readonly #logScales = new Float64Array(keyBlock);
  readonly #factors = new Float64Array(keyBlock);
  readonly #denominators = new Float64Array(queryBlock);
  #head = 0;
  #added = 0;
  #waiting = 0;
  #logScale = Number.NEGATIVE_INFINITY;

  constructor(shape: SumsShape, segments: readonly Segment[], allocate: Allocate) {
    this.#shape = shape;
    this.#segments = segments;
    this.#state = allocate((shape.e + 1) * shape.r);
    this.#keys = allocate(keyBlock * shape.r);
    this.#values = allocate(keyBlock * shape.e);
    this.#queries = allocate(queryBlock * shape.r);
  }

  /** Forgets all keys and turns to the keys of another head. */
  start(head: number): void {
    this.#state.fill(0);
    this.#head = head;
    this.#added = 0;
    this.#waiting = 0;
    this.#logScale = Number.NEGATIVE_INFINITY;
  }

  /** Takes keys in so that queries that see `fewest` to `most` of them can read; most is at most fewest + 1. */
  advance(fewest: number, most: number): void {
    const { r, e } = this.#shape;
    while (this.#added + keyBlock <= fewest) {
      this.#load(this.#added + keyBlock);
      addFourKeys(this.#state, r, e, this.#keys, this.#factors, this.#values);
      this.#added += keyBlock;
      this.#waiting = 0;
    }
    this.#load(most);
  }

  /**
   * Writes the outputs of one or two queries, the first of which sees `visible` keys and the second, which follows in
   * memory, `visibleNext`: weighted means of values, zeros where the weights sum to 0.
   */
  read(
    query: Float32Array,
    queryStart: number,
    count: number,
    visible: number,
    visibleNext: number,
    output: Float32Array,
    outputStart: number,
  ): void {
    const { r, d, e, write, scales } = this.#shape;
    for (let row = 0; row < count; row += 1) write(query, queryStart + row * d, scales.query, this.#queries, row * r);
    if (count === queryBlock) {
      readTwo(this.#state, r, e, this.#queries, output, outputStart, this.#denominators);
    } else {
      this.#denominators[0] = readOne(this.#state, r, e, this.#queries, output, outputStart);
    }
    for (let row = 0; row < count; row += 1) {
      this.#finish(row, row === 0 ? visible : visibleNext, output, outputStart + row * e);
    }
  }

  /** Lets the keys up to `end` wait. */
  #load(end: number): void {
    const { r, d, e, write, scales } = this.#shape;
    for (let index = this.#added + this.#waiting; index < end; index += 1) {
      const slot = this.#waiting;
      let [segment, position] = [0, index];
      while (position >= this.#segments[segment]!.length) position -= this.#segments[segment++]!.length;
      const { key, value, length } = this.#segments[segment]!;
      const row = this.#head * length + position;
      const logScale = write(key, row * d, scales.key, this.#keys, slot * r);
      for (let column = 0; column < e; column += 1) this.#values[slot * e + column] = value[row * e + column]!;
      this.#logScales[slot] = logScale;
      this.#waiting += 1;
      if (logScale === this.#logScale) this.#factors[slot] = 1;
      else if (logScale <= this.#logScale) this.#factors[slot] = Math.exp(logScale - this.#logScale);
      else this.#rescale(logScale);
    }
  }

  #rescale(logScale: number): void {
    const factor = Math.exp(this.#logScale - logScale);
    for (let index = 0; index < this.#state.length; index += 1) this.#state[index]! *= factor;
    for (let slot = 0; slot < this.#waiting; slot += 1)
      this.#factors[slot] = Math.exp(this.#logScales[slot]! - logScale);
    this.#logScale = logScale;
  }

  #finish(row: number, visible: number, output: Float32Array, start: number): void {
    const { r, e } = this.#shape;
    let denominator = this.#denominators[row]!;
    for (let slot = 0; slot < visible - this.#added; slot += 1) {
      const weight = this.#factors[slot]! * dotAt(this.#queries, row * r, this.#keys, slot * r, r);
      denominator += weight;
      for (let column = 0; column < e; column += 1)
        output[start + column]! += weight * this.#values[slot * e + column]!;
    }
    // A query that sees no key must not let a NaN of its own through.
    if (denominator === 0 || visible === 0) output.fill(0, start, start + e);
    else for (let column = 0; column < e; column += 1) output[start + column]! /= denominator;
  }
}
