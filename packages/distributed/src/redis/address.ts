import { InputError } from "@xattn/runner/errors";

/** Where Redis is. The address holds a password, so it is shown by `shown` alone. */
export interface RedisAddress {
  readonly url: string;
  /** The address without user and password, for messages. */
  readonly shown: string;
  /** Takes the password, and the address with it, out of a text. */
  readonly redact: (text: string) => string;
}

/**
 * Reads an address, `redis://[user][:password]@host[:port][/database]`, or `rediss://` for TLS.
 *
 * @throws InputError when it is not one; the message does not repeat it
 */
export function redisAddress(url: string): RedisAddress {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new InputError(
      "--redis: this is not an address; give redis://host:port/database, with :password@ before the host where it has one.",
    );
  }
  if (parsed.protocol !== "redis:" && parsed.protocol !== "rediss:") {
    throw new InputError(
      `--redis: an address of Redis begins with redis:// or rediss://, and not with ${parsed.protocol}//.`,
    );
  }
  if (parsed.hostname === "") throw new InputError("--redis: the address names no host.");
  const database = parsed.pathname.replace(/^\//, "");
  if (!/^\d*$/.test(database)) {
    throw new InputError(`--redis: "${database}" is not the number of a database; give redis://host:port/0.`);
  }
  const port = parsed.port === "" ? "6379" : parsed.port;
  const shown = `${parsed.protocol}//${parsed.hostname}:${port}${database === "" ? "" : `/${database}`}`;
  const secrets = [url, parsed.password, decodeURIComponent(parsed.password)].filter((secret) => secret !== "");
  return {
    url,
    shown,
    redact: (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, secret === url ? shown : "***"), text),
  };
}
