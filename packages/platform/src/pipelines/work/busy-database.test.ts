import { expect, test, vi } from "vitest";
import { createFakeRuntime } from "../../runtime/fake/fake-runtime.ts";
import { openWorkScene } from "./testing/work-scene.ts";

test("a step is kept alive, however long others use all of the pool's connections", async () => {
  await using scene = await openWorkScene();
  const held = Promise.withResolvers<void>();
  const runtime = createFakeRuntime(() => ({ until: held.promise }));
  scene.startWorker({ runtime, lease: 9000 });
  const id = await scene.addPipeline({ steps: { a: {} } });
  await vi.waitFor(() => expect(runtime.log).toContain("a starts"), { timeout: 20_000 });
  const { pool } = scene.store;
  const others = await Promise.all(Array.from({ length: pool.options.max }, () => pool.connect()));
  const before = runtime.log.length;
  await vi.waitFor(() => expect(runtime.log.slice(before, before + 3)).toEqual(Array(3).fill("a kept alive")), {
    timeout: 20_000,
  });
  for (const other of others) other.release();
  held.resolve();
  expect(await scene.ended(id)).toBe("success: a=success");
});
