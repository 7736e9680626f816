/** The pack is not there, is damaged, or is not one that this version reads. */
export class PackError extends Error {
  override readonly name = "PackError";
}
