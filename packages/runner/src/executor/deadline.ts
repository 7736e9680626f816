/** A timer that is started anew again and again, and calls back when it was not. */
export interface Deadline {
  start(seconds: number): void;
  stop(): void;
}

/** A callback this much later than due tells that this process was held up, not the one that it waits for. */
const heldUpMs = 1000;

/**
 * A deadline for another process. When this one was stopped, or the machine was asleep, the other may have been so
 * too, and what it said may still wait to be read: then the time starts anew.
 */
export function deadline(expired: () => void): Deadline {
  let timer: NodeJS.Timeout | undefined;
  let seconds = 0;
  let due = 0;
  function arm(): void {
    due = performance.now() + seconds * 1000;
    timer = setTimeout(fire, seconds * 1000);
  }
  function fire(): void {
    if (performance.now() - due > heldUpMs) arm();
    else {
      const fired = timer;
      // What has arrived by now is read before this runs.
      setImmediate(() => {
        if (timer === fired) expired();
      });
    }
  }
  function stop(): void {
    clearTimeout(timer);
    timer = undefined;
  }
  return {
    start(length) {
      stop();
      seconds = length;
      arm();
    },
    stop,
  };
}
