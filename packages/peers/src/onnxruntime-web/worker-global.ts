const globals = globalThis as { Worker?: unknown };

/** The global `Worker` that the library sets in Node when it starts. */
let own: unknown;

/**
 * Runs `work` with the global `Worker` that onnxruntime-web brings, and takes it away again: Node has none, and other
 * libraries would take it for a browser's.
 */
export async function withoutLeakingWorker<Result>(work: () => Promise<Result>): Promise<Result> {
  const before = globals.Worker;
  if (own !== undefined) globals.Worker = own;
  try {
    return await work();
  } finally {
    own = globals.Worker;
    if (before === undefined) delete globals.Worker;
    else globals.Worker = before;
  }
}
