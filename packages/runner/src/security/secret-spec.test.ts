import { expect, test } from "vitest";
import { normalized, soundSpec } from "../../fixtures/specs.ts";
import { InputError } from "../errors/errors.ts";
import { recordSpec } from "../store/manifest.ts";
import { redactor } from "./redact.ts";
import { checkSecrets, withoutSecretTexts } from "./secret-spec.ts";

const redact = redactor({ CACHE_URL: "redis://:hunter22@cache:6379", API_TOKEN: "tok-12345" });
const sweep = (action: readonly string[]) => normalized({ axes: { ...soundSpec.axes, action } }, { overrides: {} });

test("an axis with a secret is refused, and the message does not tell it", () => {
  expect(() => checkSecrets(sweep(["plain", "https://host/a"]), redact)).not.toThrow();
  for (const secret of ["redis://:hunter22@cache:6379", "x tok-12345", "https://me:pass@host"]) {
    let thrown: unknown;
    try {
      checkSecrets(sweep(["plain", secret]), redact);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(InputError);
    expect((thrown as Error).message).toMatch(/^sound\.ts, axis action: a value holds a password/);
    expect((thrown as Error).message).not.toContain(secret);
  }
});

test("texts that were put together from secrets do not reach the manifest; what is evaluated stays", () => {
  const told = "of tok-12345";
  const spec = recordSpec(
    normalized({
      title: `Title ${told}`,
      question: `Question ${told}`,
      claims: [{ ...soundSpec.claims[0], statement: `Statement ${told}`, source: `Source ${told}` }],
      charts: [{ ...soundSpec.charts[0], title: `Chart ${told}`, description: `Description ${told}` }],
    }),
  );
  const safe = withoutSecretTexts(spec, redact);
  expect(JSON.stringify(spec).split("tok-12345")).toHaveLength(7);
  expect(JSON.stringify(safe)).not.toContain("tok-12345");
  expect(safe).toMatchObject({ title: "Title of ***", claims: [{ test: "datum.size > 0" }], axes: spec.axes });
});
