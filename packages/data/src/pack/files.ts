/**
 * The files that `parsePack` needs, by name; the pack holds pictures and texts besides. The index is plain JSON under a
 * name that formatters leave alone: one changed space would break its checksum.
 */
export const packFileNames = [
  "index.json5",
  "scenes.safetensors",
  "words.safetensors",
  "projection.safetensors",
] as const;
export type PackFileName = (typeof packFileNames)[number];
export type PackFiles = Readonly<Record<PackFileName, Uint8Array>>;

/** Lists the SHA-256 of every other file of the pack, as `sha256sum` writes and checks it. */
export const checksumFile = "SHA256SUMS";
