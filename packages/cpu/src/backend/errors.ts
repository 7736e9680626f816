/** A call to a backend that was disposed. */
export class DisposedBackendError extends Error {
  override readonly name = "DisposedBackendError";

  constructor() {
    super("the backend has been disposed; create a new one");
  }
}
