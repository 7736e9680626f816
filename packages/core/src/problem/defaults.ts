/** Keys in a chunk of the chunked variant when the problem does not say. */
export const defaultChunk = 128;
