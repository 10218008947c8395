import { afterEach, beforeEach, expect } from "vitest";

const rejections: unknown[] = [];
const keep = (cause: unknown) => void rejections.push(cause);
beforeEach(() => {
  rejections.length = 0;
  process.on("unhandledRejection", keep);
});

afterEach(() => {
  process.off("unhandledRejection", keep);
  expect(rejections).toEqual([]);
});
