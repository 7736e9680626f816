/** What must not be at work on a device when the process ends. */
interface Drains {
  drain(): Promise<void>;
  destroyNow(): void;
}

const living = new Set<Drains>();
let listening = false;

/**
 * Ends the work of a device before its process ends, in whatever way but a kill: a device that is at work then takes
 * the process down with a segmentation fault. Does nothing where there is no process. Returns how to forget it.
 */
export function endBeforeExit(device: Drains): () => void {
  if (typeof process !== "undefined" && typeof process.once === "function") {
    living.add(device);
    if (!listening) {
      listening = true;
      process.on("beforeExit", () => {
        for (const one of living) one.drain().catch(() => {});
      });
      process.on("exit", () => {
        for (const one of living) one.destroyNow();
      });
    }
  }
  return () => living.delete(device);
}
