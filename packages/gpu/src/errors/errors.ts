/** No WebGPU adapter was found: the message says where was looked, and what was in the way. */
export class NoAdapterError extends Error {
  override readonly name = "NoAdapterError";
}

/** The device was lost: what was under way is gone, and so are tensors on it. A later call asks for a new device. */
export class DeviceLostError extends Error {
  override readonly name = "DeviceLostError";
}

/** A shader that the device refuses: the message shows what it was made for and the line at fault. */
export class ShaderError extends Error {
  override readonly name = "ShaderError";
}

/** Something is larger than the device allows, and cannot be split. */
export class LimitError extends Error {
  override readonly name = "LimitError";
}

/** A call to a backend that was disposed. */
export class DisposedError extends Error {
  override readonly name = "DisposedError";

  constructor() {
    super("the backend has been disposed; create a new one");
  }
}

/** The device refused a command, or has no memory left: the message is its own. */
export class DeviceError extends Error {
  override readonly name = "DeviceError";
}
