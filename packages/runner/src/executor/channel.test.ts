import { expect, test } from "vitest";
import { Channel } from "./channel.ts";

async function collect<Item>(channel: Channel<Item>, into: Item[]): Promise<void> {
  for await (const item of channel) into.push(item);
}

test("delivers in order what is pushed before, during and just before the end", async () => {
  const channel = new Channel<number>();
  const seen: number[] = [];
  channel.push(1);
  const reading = collect(channel, seen);
  await new Promise((resolve) => setTimeout(resolve, 1));
  channel.push(2);
  await new Promise((resolve) => setTimeout(resolve, 1));
  channel.push(3);
  channel.push(4);
  channel.end();
  await reading;
  expect(seen).toEqual([1, 2, 3, 4]);
});

test("an error comes after the items before it, and the first error counts", async () => {
  const channel = new Channel<number>();
  const seen: number[] = [];
  channel.push(1);
  channel.fail(undefined);
  channel.fail(new Error("second"));
  let thrown: unknown = "nothing";
  await collect(channel, seen).catch((error) => {
    thrown = error;
  });
  expect(seen).toEqual([1]);
  expect(thrown).toBeUndefined();
});
