/** The bytes are not a safetensors file, or what is to be written cannot be one. */
export class SafetensorsError extends Error {
  override readonly name = "SafetensorsError";
}
