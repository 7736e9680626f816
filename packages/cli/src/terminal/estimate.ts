/** Guesses how long a run still takes, measure by measure: their cells differ a thousandfold in time. */
export interface Estimator {
  started(measure: string, at: number): void;
  ended(measure: string, cells: number, at: number): void;
  /** Seconds left, at a time in seconds. */
  remaining(at: number): number;
}

interface Progress {
  left: number;
  done: number;
  guess: number;
  since: number | undefined;
  until: number;
}

/**
 * @param measures cells to do and a first guess of the seconds a cell takes, for each measure, in the order in
 * which they are run
 */
export function estimator(
  measures: Readonly<Record<string, { readonly cells: number; readonly guess: number }>>,
): Estimator {
  const all = new Map<string, Progress>(
    Object.entries(measures).map(([name, { cells, guess }]) => [
      name,
      { left: cells, done: 0, guess, since: undefined, until: 0 },
    ]),
  );
  return {
    started(measure, at) {
      const progress = all.get(measure);
      if (progress) progress.since ??= at;
    },
    ended(measure, cells, at) {
      const progress = all.get(measure);
      if (!progress) return;
      progress.left = Math.max(0, progress.left - cells);
      progress.done += cells;
      progress.until = at;
    },
    remaining(at) {
      let seconds = 0;
      for (const { left, done, guess, since, until } of all.values()) {
        const each = since === undefined || done === 0 ? guess : (until - since) / done;
        const waited = since === undefined || left === 0 ? 0 : at - Math.max(since, until);
        seconds += Math.max(0, left * each - Math.max(0, waited));
      }
      return seconds;
    },
  };
}

/** `1:05`, `2:03:04`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
