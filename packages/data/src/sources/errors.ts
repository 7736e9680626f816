/** A package that the pack is made from could not be fetched, or is not the expected one. */
export class SourceError extends Error {
  override readonly name = "SourceError";
}
