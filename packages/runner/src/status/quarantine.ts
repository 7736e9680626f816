import type { Parameters } from "@xattn/measures/contract";
import type { Outcome } from "../ledger/outcome.ts";
import type { Status } from "../run-data.ts";

/** A cell that is set apart, since it took its process down whenever it was tried. */
export interface QuarantinedCell {
  readonly measure: string;
  readonly status: Status;
  readonly parameters: Parameters;
  /** How often it was tried, and how its process died. */
  readonly message: string;
}

/** The cells of a run that are set apart, by what its ledger says last of them. */
export class Quarantine {
  readonly #cells = new Map<string, QuarantinedCell>();

  add({ cell, quarantined, measure, status, parameters, attempts = 1, error }: Outcome): void {
    if (!quarantined) {
      this.#cells.delete(cell);
      return;
    }
    const tries = attempts === 1 ? "1 try" : `${attempts} tries`;
    this.#cells.set(cell, {
      measure,
      status,
      parameters,
      message: `quarantined after ${tries}: ${error?.message ?? ""}`,
    });
  }

  get count(): number {
    return this.#cells.size;
  }

  /** At most so many of them. */
  cells(most: number): readonly QuarantinedCell[] {
    return [...this.#cells.values()].slice(0, most);
  }
}
