import { tmpdir } from "node:os";
import { UnsupportedError } from "@xattn/measures";
import { expect, test } from "vitest";
import { fetchCommand, pinned } from "./folder.ts";
import { needInstalled } from "./load.ts";

test("without the packages a peer is unsupported, with what there is to do", () => {
  const asking = () => needInstalled("left-right", tmpdir());
  expect(asking).toThrow(UnsupportedError);
  expect(asking).toThrow(`left-right is not installed`);
  expect(asking).toThrow(fetchCommand);
});

test("versions are those that are pinned, to the last digit", () => {
  expect(pinned("onnxruntime-node")).toEqual({ "onnxruntime-node": expect.stringMatching(/^\d+\.\d+\.\d+$/) });
  expect(() => pinned("left-right")).toThrow(/left-right is not one of .*onnxruntime-web/);
});
