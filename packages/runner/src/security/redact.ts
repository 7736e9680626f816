/** Stands in the place of what was taken out. */
const hidden = "***";
const secretName = /pass|secret|token|credential|api_?key|private_?key|auth(?!or)|_url$|_uri$|_dsn$/i;
/** Shorter values would take out parts of ordinary words. */
const shortest = 6;

/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

/**
 * What must not be written down: the user and password in any address, such as that of a Redis server, and the values
 * of environment variables whose names say that they are secret.
 */
export function redactor(environment: Readonly<Record<string, string | undefined>>): Redact {
  const secrets = Object.entries(environment)
    .flatMap(([name, value]) => (secretName.test(name) && value && value.length >= shortest ? [value] : []))
    .sort((left, right) => right.length - left.length);
  return (text) =>
    secrets
      .reduce((rest, secret) => rest.replaceAll(secret, hidden), text)
      .replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']*:?[^\s/@"']*@/gi, `$1${hidden}@`);
}

/** The same value with every text in it redacted; names of fields stay. */
export function redactDeep<Value>(value: Value, redact: Redact): Value {
  if (typeof value === "string") return redact(value) as Value;
  if (Array.isArray(value)) return value.map((item: unknown) => redactDeep(item, redact)) as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, redactDeep(item as unknown, redact)]),
  ) as Value;
}
