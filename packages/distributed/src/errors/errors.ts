import { InputError } from "@xattn/runner/errors";

/** Redis does not answer, or did not come back in time. What was recorded before is kept. */
export class RedisUnavailableError extends InputError {
  override readonly name = "RedisUnavailableError";
}

/** Redis refuses the user or the password of the address. */
export class RedisAuthenticationError extends InputError {
  override readonly name = "RedisAuthenticationError";
}

/** No worker can take what is left: none came, or all that came were refused. */
export class NoWorkerError extends InputError {
  override readonly name = "NoWorkerError";
}

/** Workers are there, and yet nothing gets on. */
export class StalledError extends InputError {
  override readonly name = "StalledError";
}

/** This machine is served by a worker process already. */
export class HostTakenError extends InputError {
  override readonly name = "HostTakenError";
}

/** A command of Slurm failed, or an array of tasks did not get on. */
export class SlurmError extends InputError {
  override readonly name = "SlurmError";
}
