/** What a signal asks for, and the exit code that tells it. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** 130 after Ctrl-C, 143 after SIGTERM. */
  exitCode(): number;
  release(): void;
}

/** The first Ctrl-C or SIGTERM aborts; the second one ends the process at once. */
export function stopSignal(notice: (text: string) => void): StopSignal {
  const controller = new AbortController();
  let code = 130;
  const handle = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(code);
    code = name === "SIGTERM" ? 143 : 130;
    notice("stopping: finished cells are kept; press Ctrl-C again to leave at once");
    controller.abort();
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return {
    signal: controller.signal,
    exitCode: () => code,
    release() {
      process.off("SIGINT", handle);
      process.off("SIGTERM", handle);
    },
  };
}
