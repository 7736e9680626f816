/** Words and their vectors. */
export interface Vocabulary {
  readonly vectors: ReadonlyMap<string, Float32Array>;
  /**
   * The vector of a text: the mean of its words' vectors, "the" and "one" left out.
   *
   * @throws RangeError when a word has no vector, or no word is left
   */
  vectorOf(text: string): Float32Array;
}

/** They point, they do not describe. */
const leftOut = new Set(["the", "one"]);

/** @param values [words, width] */
export function vocabulary(words: readonly string[], values: Float32Array, width: number): Vocabulary {
  const vectors = new Map(words.map((word, row) => [word, values.subarray(row * width, (row + 1) * width)]));
  return {
    vectors,
    vectorOf(text) {
      const parts = text.split(" ").filter((word) => word !== "" && !leftOut.has(word));
      if (parts.length === 0) throw new RangeError(`text: ${JSON.stringify(text)} has no word that describes`);
      const mean = new Float32Array(width);
      for (const word of parts) {
        const vector = vectors.get(word);
        if (vector === undefined) throw new RangeError(`text: the pack has no vector for ${JSON.stringify(word)}`);
        for (let k = 0; k < width; k += 1) mean[k] = mean[k]! + vector[k]! / parts.length;
      }
      return mean;
    },
  };
}
