import { ArgumentError } from "../errors/errors.ts";
import type { SyncBackend } from "./backend.ts";
import { plainBackend } from "./plain.ts";
import { referenceBackend } from "./reference.ts";

/** The backends that come with this package; both compute at once, without a promise. */
export const backendNames = ["reference", "plain"] as const;

export type BackendName = (typeof backendNames)[number];

const makers: Readonly<Record<BackendName, () => SyncBackend>> = {
  reference: referenceBackend,
  plain: plainBackend,
};

/**
 * A backend of its own scratch memory.
 *
 * @throws ArgumentError when there is none of that name
 */
export function createBackend(name: BackendName): SyncBackend {
  if (!backendNames.includes(name)) {
    throw new ArgumentError(`name: "${name}" is not a backend; needs one of ${backendNames.join(", ")}`);
  }
  return makers[name]();
}
