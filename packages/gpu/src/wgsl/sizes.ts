/** Numbers of a dispatch that its code does not depend on; the order is that of the WGSL struct. */
export interface DispatchSizes {
  /** Factor on q·kᵀ. */
  readonly scale: number;
  readonly queries: number;
  /** Keys at hand, those of the past included. */
  readonly keys: number;
  readonly past: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly rows: number;
  /** Where what is at hand lies in the whole problem. */
  readonly firstBatch: number;
  readonly firstHead: number;
  readonly firstQuery: number;
  readonly firstKey: number;
  /** Tiles of keys at hand, and how many of them one workgroup takes. */
  readonly keyTiles: number;
  readonly tilesPerSplit: number;
  /** Steps through the bias along b, h, i, j. */
  readonly biasBatch: number;
  readonly biasHead: number;
  readonly biasQuery: number;
  readonly biasKey: number;
  /** First part that is written, or how many are merged. */
  readonly part: number;
}

const names = [
  "queries",
  "keys",
  "past",
  "heads",
  "keyHeads",
  "rows",
  "firstBatch",
  "firstHead",
  "firstQuery",
  "firstKey",
  "keyTiles",
  "tilesPerSplit",
  "biasBatch",
  "biasHead",
  "biasQuery",
  "biasKey",
  "part",
] as const satisfies readonly (keyof DispatchSizes)[];

/** What shaders that need few of them leave at 0. */
export const noSizes = { scale: 1, ...Object.fromEntries(names.map((name) => [name, 0])) } as unknown as DispatchSizes;

export const sizesStruct = `struct Sizes {\n  scale: f32,\n${names.map((name) => `  ${name}: u32,\n`).join("")}}`;

/** Bytes of the struct, as WebGPU wants uniforms: a multiple of 16. */
export const sizesBytes = Math.ceil((names.length + 1) / 4) * 16;

export function sizesData(sizes: DispatchSizes): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(sizesBytes / 4);
  new Float32Array(words.buffer)[0] = sizes.scale;
  for (const [at, name] of names.entries()) words[at + 1] = sizes[name];
  return words;
}
