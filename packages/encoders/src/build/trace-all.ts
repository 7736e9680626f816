import { loadSentenceEncoder } from "./sentence-encoder.ts";
import { renderTextLine } from "./text-line.ts";
import { readTextLine } from "./text-recognizer.ts";
import type { TracedAttention } from "./traced.ts";
import { VendorError } from "./vendor.ts";

const sentences = ["Pick up the red cup.", "Put the red cup on the table.", "Open the drawer."];
const line = { text: "red cup", width: 160 };

/**
 * Every layer of the fixture, computed by the encoders' own graphs.
 *
 * @throws VendorError without the models, and when the recognizer does not read what the line says
 */
export async function traceAll(): Promise<readonly TracedAttention[]> {
  const encoder = await loadSentenceEncoder();
  const traced: TracedAttention[] = [];
  for (const sentence of sentences) traced.push(...(await encoder.trace(sentence)));
  const { text, layers } = await readTextLine(renderTextLine(line.text, line.width));
  if (text !== line.text) throw new VendorError(`the recognizer reads "${text}" where the line says "${line.text}"`);
  return [...traced, ...layers];
}
