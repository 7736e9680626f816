import { describe, expect, test } from "vitest";
import { redisAddress } from "./address.ts";

describe("an address", () => {
  test.each([
    ["redis://host", "redis://host:6379"],
    ["redis://user:secret@host:7000/3", "redis://host:7000/3"],
    ["rediss://:se%2Fcret@10.0.0.1", "rediss://10.0.0.1:6379"],
  ])("%s is shown without its user and password", (url, shown) => {
    expect(redisAddress(url).shown).toBe(shown);
  });

  test.each([
    ["host:6379", /begins with redis:\/\/ or rediss:\/\//],
    ["http://:secret@host", /begins with redis:\/\/ or rediss:\/\/, and not with http:/],
    ["redis://host/one", /"one" is not the number of a database/],
    ["not an address", /not an address/],
  ])("%s is refused, and not repeated", (url, message) => {
    const error = (() => {
      try {
        redisAddress(url);
      } catch (thrown) {
        return thrown as Error;
      }
      throw new Error("nothing was thrown");
    })();
    expect(error).toMatchObject({ name: "InputError", message: expect.stringMatching(message) });
    expect(error.message).not.toContain("secret");
  });

  test("its password is taken out of a text, as it is and as it is written in the address", () => {
    const { redact } = redisAddress("redis://:p%40ss-word@host");
    expect(redact("AUTH p@ss-word, p%40ss-word, redis://:p%40ss-word@host")).toBe("AUTH ***, ***, redis://host:6379");
  });
});
