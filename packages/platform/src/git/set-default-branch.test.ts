import { expect, test } from "vitest";
import { setDefaultBranch } from "./set-default-branch.ts";
import { useSample } from "./testing/use-sample.ts";

const sample = useSample((repository) => {
  repository.commit();
});

test("the default branch is what HEAD names, whether it exists or not", async () => {
  await setDefaultBranch(sample, "ünïcode/next");
  expect(sample.git("symbolic-ref", "HEAD")).toBe("refs/heads/ünïcode/next");
});

test("a name that no branch can have is refused and changes nothing", async () => {
  const before = sample.git("symbolic-ref", "HEAD");
  for (const name of ["", "a..b", "a b", "a.lock", "/a", "a\nb", "@{"]) {
    await expect(setDefaultBranch(sample, name)).rejects.toMatchObject({ status: 400 });
  }
  expect(sample.git("symbolic-ref", "HEAD")).toBe(before);
});
