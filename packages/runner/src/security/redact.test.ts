import fc from "fast-check";
import { expect, test } from "vitest";
import { redactDeep, redactor } from "./redact.ts";

const redact = redactor({
  REDIS_URL: "redis://:hunter22@cache:6379",
  API_TOKEN: "tok-12345",
  HOME: "/home/user",
  AUTH: "x",
});

test.each([
  ["connect to redis://:hunter22@cache:6379 failed", "connect to *** failed"],
  ["redis://user:other-password@host/0 is down", "redis://***@host/0 is down"],
  ["rediss://user@host and https://a:b@c/d", "rediss://***@host and https://***@c/d"],
  ["the token is tok-12345!", "the token is ***!"],
  ["the password hunter22 alone", "the password *** alone"],
  ["redis://:a@b/c@cache:6379/0 has odd signs", "redis://***@cache:6379/0 has odd signs"],
  ["amqp://u:p@ss@queue/vhost", "amqp://***@queue/vhost"],
  ["run --redis-password hunter-two --retries 3", "run --redis-password *** --retries 3"],
  ["run --api-key='a b c' --token=xyz n=4", "run --api-key=*** --token=*** n=4"],
  ["GET https://host/path?n=4&access_token=abc&m=2", "GET https://host/path?n=4&access_token=***&m=2"],
  ["twelve tokens and a secret of 5", "twelve tokens and a secret of 5"],
  ["/home/user stays, as does x and https://host/a@b", "/home/user stays, as does x and https://host/a@b"],
])("%s", (text, expected) => {
  expect(redact(text)).toBe(expected);
});

test.each([
  ["an address", "redis://h/?p=p%40ss%20w%C3%B6rd!", "redis://h/?p=***"],
  ["JSON", '{"p":"say \\"it\\" now"}', '{"p":"***"}'],
  ["the password of an address", "AUTH s:cr@t12 failed", "AUTH *** failed"],
])("a secret within %s is taken out", (_, text, expected) => {
  const of = redactor({
    DB_PASSWORD: "p@ss wörd!",
    A_SECRET: 'say "it" now',
    REDIS_URL: "redis://default:s%3Acr%40t12@cache:6379",
  });
  expect(of(text)).toBe(expected);
});

test("no secret of any form survives, wherever it stands", () => {
  const secret = fc.string({ minLength: 6, maxLength: 20, unit: fc.constantFrom(..."abcXYZ019-_$.*") });
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
      fc.pre(!"***".includes(value) && !value.includes("***"));
      const of = redactor({ MY_SECRET: value });
      const line = redactDeep({ a: [`${before} ${value} ${after}`], n: 1, b: null, c: true }, of);
      expect(JSON.stringify(line)).not.toContain(JSON.stringify(value).slice(1, -1));
      expect(line).toMatchObject({ n: 1, b: null, c: true });
    }),
  );
});
