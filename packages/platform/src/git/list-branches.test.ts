import { describe, expect, test } from "vitest";
import { gitTime } from "./git-time.ts";
import { listBranches } from "./list-branches.ts";
import { useSample } from "./testing/use-sample.ts";

const page = { limit: 50, offset: 0 };

describe("the branches of a repository", () => {
  const names = ["main", "newest", "ünïcode/日本", "-x", "HEAD", 'it\'s-"quoted"'];
  const sample = useSample((repository) => {
    repository.commit({ branch: "main", time: 1000, files: { a: "a" } });
    repository.commit({ branch: "old", time: 1100 });
    for (const name of names.slice(1)) {
      repository.commit({ branch: "work", time: 2000, parents: ["main"] });
      repository.git("update-ref", `refs/heads/${name}`, "refs/heads/work");
    }
    repository.git("update-ref", "-d", "refs/heads/work");
    repository.commit({ branch: "newest", time: 3000 });
    repository.git("update-ref", "refs/agent-wip/session", "refs/heads/newest");
    repository.git("tag", "a-tag", "main");
  });

  test("come as git has them, the default branch first, then the newest", async () => {
    const branches = await listBranches(sample, "main", page);
    expect(branches.map(({ name }) => name)).toEqual([
      "main",
      "newest",
      ...["-x", "HEAD", 'it\'s-"quoted"', "ünïcode/日本"],
      "old",
    ]);
    for (const { name, sha, updated_at, is_default } of branches) {
      expect(sha).toBe(sample.git("rev-parse", `refs/heads/${name}`));
      expect(updated_at).toBe(gitTime(sample.git("log", "-1", "--date=raw", "--format=%cd", sha)));
      expect(is_default).toBe(name === "main");
    }
  });

  test("are paged", async () => {
    const all = await listBranches(sample, "main", page);
    expect(await listBranches(sample, "main", { limit: 2, offset: 3 })).toEqual(all.slice(3, 5));
    expect(await listBranches(sample, "main", { limit: 0, offset: 0 })).toEqual([]);
    expect(await listBranches(sample, "main", { limit: 50, offset: 99 })).toEqual([]);
  });

  test("have no default when it is not there", async () => {
    const branches = await listBranches(sample, "gone", page);
    expect(branches[0]?.name).toBe("newest");
    expect(branches.some((branch) => branch.is_default)).toBe(false);
  });
});

describe("an empty repository", () => {
  const sample = useSample();
  test("has no branches", async () => {
    expect(await listBranches(sample, "main", page)).toEqual([]);
  });
});
