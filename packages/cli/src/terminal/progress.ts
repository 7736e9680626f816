import { SingleBar } from "cli-progress";
import { clock } from "./estimate.ts";

/** Shows how far a long command is: a bar on a terminal, a line now and then elsewhere. */
export interface ProgressView {
  update(done: number, current: string, secondsLeft: number): void;
  /** A line of text that stays. */
  note(text: string): void;
  stop(): void;
}

const lineEverySeconds = 10;

export function progressView(total: number, done: number, stream: NodeJS.WriteStream): ProgressView {
  return stream.isTTY ? bar(total, done, stream) : lines(total, stream);
}

function bar(total: number, done: number, stream: NodeJS.WriteStream): ProgressView {
  const view = new SingleBar({
    stream,
    format: "{bar} {value}/{total} · {left} left · {current}",
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
    gracefulExit: false,
    etaBuffer: 1,
    barCompleteChar: "█",
    barIncompleteChar: "░",
  });
  view.start(total, done, { left: "…", current: "starting" });
  return {
    update: (value, current, secondsLeft) => {
      view.update(value, { left: clock(secondsLeft), current });
    },
    note(text) {
      stream.write(`\r\u001b[K${text}\n`);
    },
    stop: () => view.stop(),
  };
}

function lines(total: number, stream: NodeJS.WriteStream): ProgressView {
  const start = Date.now();
  let last = start;
  return {
    update(value, current, secondsLeft) {
      const now = Date.now();
      if (now - last < lineEverySeconds * 1000) return;
      last = now;
      const percent = Math.floor((100 * value) / Math.max(1, total));
      stream.write(`${value}/${total} cells (${percent} %), ${clock(secondsLeft)} left, ${current}\n`);
    },
    note(text) {
      stream.write(`${text}\n`);
    },
    stop() {},
  };
}
