import { expect, test } from "vitest";
import { deadline } from "./deadline.ts";

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const block = (ms: number) => {
  for (const end = performance.now() + ms; performance.now() < end; );
};

test("calls back once, and not when it is started anew or stopped", async () => {
  let expired = 0;
  const timer = deadline(() => {
    expired += 1;
  });
  for (let turn = 0; turn < 10; turn += 1) {
    timer.start(5);
    await wait(5);
  }
  timer.start(0.02);
  await wait(200);
  expect(expired).toBe(1);
  timer.start(0.02);
  timer.stop();
  await wait(60);
  expect(expired).toBe(1);
});

test("a process that was held up gives the other its time anew", async () => {
  let expired = 0;
  const timer = deadline(() => {
    expired += 1;
  });
  timer.start(0.3);
  block(1500);
  await wait(20);
  expect(expired).toBe(0);
  await wait(1000);
  expect(expired).toBe(1);
});

test("what arrived in time is read before the deadline counts", async () => {
  let expired = 0;
  const timer = deadline(() => {
    expired += 1;
  });
  timer.start(0.05);
  // Both are due when the block ends; the sign of life is read after the timer, as a message would be.
  setTimeout(() => timer.start(5), 60);
  block(100);
  await wait(50);
  expect(expired).toBe(0);
  timer.stop();
});
