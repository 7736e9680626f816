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
  ["/home/user stays, as does x and https://host/a@b", "/home/user stays, as does x and https://host/a@b"],
])("%s", (text, expected) => {
  expect(redact(text)).toBe(expected);
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
