import { expect, test } from "vitest";
import { cleaningUpOnce } from "./cleaning-up-once.ts";
import { createFakeRuntime } from "./fake/fake-runtime.ts";

test("what many wait for is done once; what has failed, again", async () => {
  let times = 0;
  const runtime = cleaningUpOnce({
    ...createFakeRuntime(),
    cleanUp: async () => {
      times += 1;
      if (times === 1) throw new Error("the disk is away");
    },
  });
  const first = await Promise.allSettled([runtime.cleanUp(), runtime.cleanUp()]);
  expect(first.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await Promise.all([runtime.cleanUp(), runtime.cleanUp()]);
  await runtime.cleanUp();
  expect(times).toBe(2);
});
