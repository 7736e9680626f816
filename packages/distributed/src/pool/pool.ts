import type { Executor, ExecutorEvents, Job, Outcome } from "@xattn/runner";

/** A job goes back to where it came from: the pool is leaving. */
export class GivenBackError extends Error {
  override readonly name = "GivenBackError";
}

interface Ticket {
  readonly job: Job;
  readonly take: (outcomes: readonly Outcome[]) => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  readonly open: Set<string>;
}

/**
 * Jobs that come one by one, on an executor that takes a sequence of them. The sequence ends when no job waits, and
 * the next job begins another; an executor that takes only one is replaced then.
 */
export class JobPool {
  readonly #open: (events: ExecutorEvents) => Executor;
  readonly #onNotice: (text: string) => void;
  readonly #waiting: Ticket[] = [];
  /** Who waits for a cell that was handed to the executor; a job may come twice when its lock was lost. */
  readonly #started = new Map<string, readonly Ticket[]>();
  #executor: Executor | undefined;
  #session: Promise<void> | undefined;
  #leaving = false;
  /** Whether the executor has asked for a job of the present sequence. */
  #asked = false;

  constructor(open: (events: ExecutorEvents) => Executor, onNotice: (text: string) => void) {
    this.#open = open;
    this.#onNotice = onNotice;
  }

  /** Jobs that are here and not finished. */
  get busy(): number {
    return this.#waiting.length + this.#underWay().size;
  }

  /**
   * Runs a job; `take` gets the outcomes as cells end.
   *
   * @throws GivenBackError when the pool leaves before the job is finished
   */
  run(job: Job, take: (outcomes: readonly Outcome[]) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#leaving) {
        reject(new GivenBackError("the worker is leaving"));
        return;
      }
      this.#waiting.push({ job, take, resolve, reject, open: new Set(job.cells.map(({ hash }) => hash)) });
      this.#pump();
    });
  }

  /** Finishes what has started, and gives the rest back. */
  async retire(): Promise<void> {
    this.#leaving = true;
    this.#giveBack(this.#waiting.splice(0));
    await this.#session;
    await this.#drop();
  }

  /** Gives all back at once; cells that are under way are given up. */
  async close(): Promise<void> {
    this.#leaving = true;
    this.#executor?.cancel();
    this.#giveBack(this.#waiting.splice(0));
    await this.#session;
    await this.#drop();
  }

  #pump(): void {
    if (this.#session || this.#waiting.length === 0) return;
    this.#session = this.#work().finally(() => {
      this.#session = undefined;
      this.#pump();
    });
  }

  async #work(): Promise<void> {
    this.#executor ??= this.#open({ onNotice: this.#onNotice });
    const executor = this.#executor;
    this.#asked = false;
    try {
      for await (const outcomes of executor.execute(this.#take(), new Set())) this.#deliver(outcomes);
      this.#giveBack(this.#underWay());
      if (!this.#asked) await this.#drop();
    } catch (error) {
      for (const ticket of [...this.#underWay(), ...this.#waiting.splice(0)]) ticket.reject(error);
      await this.#drop();
    } finally {
      this.#started.clear();
    }
  }

  async #drop(): Promise<void> {
    const executor = this.#executor;
    this.#executor = undefined;
    await executor?.close();
  }

  *#take(): Generator<Job> {
    this.#asked = true;
    for (let ticket = this.#waiting.shift(); ticket; ticket = this.#waiting.shift()) {
      for (const { hash } of ticket.job.cells) {
        this.#started.set(hash, [...(this.#started.get(hash) ?? []), ticket]);
      }
      yield ticket.job;
    }
  }

  #deliver(outcomes: readonly Outcome[]): void {
    const byTicket = new Map<Ticket, Outcome[]>();
    for (const outcome of outcomes) {
      for (const ticket of this.#started.get(outcome.cell) ?? []) {
        byTicket.set(ticket, [...(byTicket.get(ticket) ?? []), outcome]);
      }
      this.#started.delete(outcome.cell);
    }
    for (const [ticket, own] of byTicket) {
      ticket.take(own);
      for (const { cell } of own) ticket.open.delete(cell);
      if (ticket.open.size === 0) ticket.resolve();
    }
  }

  #underWay(): Set<Ticket> {
    return new Set([...this.#started.values()].flat());
  }

  #giveBack(tickets: Iterable<Ticket>): void {
    for (const ticket of tickets) ticket.reject(new GivenBackError("the worker is leaving"));
  }
}
