import { messageOf } from "@xattn/runner/errors";
import { Redis } from "ioredis";
import { RedisAuthenticationError, RedisUnavailableError } from "../errors/errors.ts";
import { type RedisAddress, redisAddress } from "./address.ts";

export interface ConnectOptions {
  /** Seconds that Redis may be away before the connection is given up. */
  readonly outageSeconds: number;
  readonly onNotice?: (text: string) => void;
}

/** A connection that outlives a restart of Redis, and tells by a typed error when it does not. */
export interface Connection {
  readonly address: RedisAddress;
  readonly redis: Redis;
  /** The result of a command; rejects when Redis is away for too long, refuses the password, or on `close`. */
  guard<Result>(command: Promise<Result>): Promise<Result>;
  close(): void;
}

const connectMs = 10_000;
const longestRetryMs = 1000;

/**
 * Connects to Redis.
 *
 * @throws RedisAuthenticationError when it refuses the password
 * @throws RedisUnavailableError when nothing answers
 */
export async function connect(url: string, options: ConnectOptions): Promise<Connection> {
  const address = redisAddress(url);
  let established = false;
  let lastError: Error | undefined;
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    connectTimeout: connectMs,
    keepAlive: 5000,
    retryStrategy: (times) => (established ? Math.min(50 * times, longestRetryMs) : null),
  });
  let giveUp: (error: Error) => void = () => {};
  const broken = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  broken.catch(() => {});
  let outage: NodeJS.Timeout | undefined;

  redis.on("error", (error: Error) => {
    lastError = error;
    if (established && isAuthentication(error)) giveUp(explain(error, address));
  });
  redis.on("close", () => {
    if (!established || outage) return;
    options.onNotice?.(`${address.shown}: the connection is lost; waiting up to ${options.outageSeconds} s for it`);
    outage = setTimeout(() => {
      giveUp(
        new RedisUnavailableError(
          `${address.shown}: Redis was away for ${options.outageSeconds} s (${reasonOf(lastError, address)}). What was recorded before is kept; start the command again once Redis is back.`,
        ),
      );
    }, options.outageSeconds * 1000);
  });
  redis.on("ready", () => {
    if (outage) options.onNotice?.(`${address.shown}: the connection is back`);
    clearTimeout(outage);
    outage = undefined;
  });

  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    redis.disconnect();
    const cause =
      lastError && isAuthentication(lastError) ? lastError : isGeneric(error) && lastError ? lastError : error;
    throw explain(cause, address);
  }
  established = true;
  return {
    address,
    redis,
    guard: (command) =>
      Promise.race([command, broken]).catch((error: unknown) => {
        throw error instanceof Error && error.name === "ReplyError" ? refusal(error, address) : error;
      }),
    close() {
      clearTimeout(outage);
      established = false;
      giveUp(new RedisUnavailableError(`${address.shown}: the connection was closed.`));
      redis.disconnect();
    },
  };
}

function isAuthentication(error: unknown): boolean {
  return /WRONGPASS|NOAUTH|NOPERM|invalid password|without any password configured/i.test(messageOf(error));
}

function isGeneric(error: unknown): boolean {
  return /connection is closed/i.test(messageOf(error));
}

function explain(error: unknown, address: RedisAddress): Error {
  const reason = reasonOf(error, address);
  if (isAuthentication(error)) {
    return new RedisAuthenticationError(
      `${address.shown}: Redis refuses the user or password (${reason}). Put them before the host in the address.`,
    );
  }
  return new RedisUnavailableError(
    `${address.shown}: no Redis answers there (${reason}). Start one with redis-server --appendonly yes --maxmemory-policy noeviction, or give another address.`,
  );
}

/** Redis answers, and does not do what it is asked, as when its disk or its memory is full. */
function refusal(error: Error, address: RedisAddress): Error {
  if (isAuthentication(error)) return explain(error, address);
  return new RedisUnavailableError(
    `${address.shown}: Redis refuses a command (${reasonOf(error, address)}). See that its disk and memory have room and that it is no replica. What was recorded before is kept; the same command goes on.`,
  );
}

function reasonOf(error: unknown, address: RedisAddress): string {
  if (error === undefined) return "no answer";
  if (error instanceof AggregateError) return reasonOf(error.errors[0], address);
  const message = address.redact(messageOf(error)).trim();
  const { code } = error as { code?: unknown };
  return message === "" ? String(code ?? "no answer") : message;
}
