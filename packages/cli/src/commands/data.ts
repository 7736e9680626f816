import { resolve } from "node:path";
import { buildPack, packFolder, SourceError } from "@xattn/data";
import { InputError } from "@xattn/runner";

const lineEveryMs = 10_000;

/** `exp data build`: makes the pack of scenes, words and pictures again from its packages. */
export async function buildData(options: { readonly out?: string; readonly seed: string }): Promise<void> {
  const seed = Number(options.seed);
  if (!Number.isSafeInteger(seed)) {
    throw new InputError(`--seed ${options.seed}: needs to be a whole number, such as 1.`);
  }
  const out = options.out === undefined ? packFolder : resolve(options.out);
  const tell = progressLine(process.stderr);
  try {
    const { bytes } = await buildPack({ out, seed, onProgress: tell });
    process.stdout.write(`${out}: ${(bytes / 1e6).toFixed(1)} MB; DATASHEET.md says what is in it.\n`);
  } catch (error) {
    if (error instanceof SourceError) throw new InputError(error.message);
    throw error;
  }
}

/** A line for every stage, and within a long one every ten seconds; on a terminal one line that changes. */
function progressLine(stream: NodeJS.WriteStream) {
  let shown = "";
  let last = 0;
  return ({ stage, done, total }: { stage: string; done: number; total: number }) => {
    const now = Date.now();
    if (stage === shown && !stream.isTTY && now - last < lineEveryMs) return;
    const line = total > 1 ? `${stage} ${done}/${total}` : stage;
    stream.write(stream.isTTY ? `\r\u001b[K${line}${done === total && total > 1 ? "\n" : ""}` : `${line}\n`);
    shown = stage;
    last = now;
  };
}
