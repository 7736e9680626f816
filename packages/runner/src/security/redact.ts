/** Stands in the place of what was taken out. */
const hidden = "***";
const secretName = /pass|secret|token|credential|api_?key|private_?key|auth(?!or)|_url$|_uri$|_dsn$/i;
/** Shorter values would take out parts of ordinary words. */
const shortest = 6;

/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

/** A user and password in an address: up to the last at sign before the path, or of the word for Redis. */
const credentials = /\b([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/"']*@)/gi;
const redisCredentials = /\b(rediss?:\/\/)[^\s"']*@/gi;
/** What a command line or a query says a secret is: `--password=x`, `--redis-token x`, `?api_key=x`. */
const namedSecret =
  /((?:--?|[?&;])[\w-]*(?:pass(?:word|wd|phrase)?|secret|token|credentials?|api[_-]?key|private[_-]?key)(?:=|\s+|:\s*))("[^"]*"|'[^']*'|[^\s&;"']+)/gi;

/**
 * What must not be written down: the user and password in any address, such as that of a Redis server, the value of a
 * flag or query parameter that is named as a secret, and the values of environment variables whose names say that they
 * are secret, also as they stand within addresses and JSON.
 */
export function redactor(environment: Readonly<Record<string, string | undefined>>): Redact {
  const secrets = Object.entries(environment)
    .flatMap(([name, value]) => (secretName.test(name) && value && value.length >= shortest ? formsOf(value) : []))
    .sort((left, right) => right.length - left.length);
  return (text) =>
    secrets
      .reduce((rest, secret) => rest.replaceAll(secret, hidden), text)
      .replaceAll(redisCredentials, `$1${hidden}@`)
      .replaceAll(credentials, `$1${hidden}@`)
      .replaceAll(namedSecret, `$1${hidden}`);
}

/** A secret as it is, and as addresses and JSON hold it; of an address its password too, which may stand alone. */
function formsOf(secret: string): readonly string[] {
  const forms = [secret, JSON.stringify(secret).slice(1, -1), encoded(secret)];
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^\s:@/]*:([^\s]*)@/i.exec(secret)?.[1];
  if (password !== undefined && password.length >= shortest) forms.push(password, decoded(password));
  return [...new Set(forms)];
}

/** Half of a surrogate pair cannot stand in an address. */
function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
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
