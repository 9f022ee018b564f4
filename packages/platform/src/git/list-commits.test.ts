import { describe, expect, test } from "vitest";
import { listCommits } from "./list-commits.ts";
import { plainGitBytes } from "./testing/plain-git.ts";
import { useSample } from "./testing/use-sample.ts";

const page = { ref: "HEAD", limit: 20, offset: 0 };

describe("the commits of a repository", () => {
  const sample = useSample((repository) => {
    repository.commit({ files: { a: "1", "odd *[x]/b": "1" }, message: "first line\nstill the subject\n\nbody\n" });
    repository.commit({ files: { a: "2" }, message: "" });
    repository.commit({ branch: "side", parents: ["main"], files: { c: "1" }, message: "Ünïcode 日本 🎉" });
    repository.commit({ files: { a: "3" }, message: "  spaces \t around  " });
    repository.commit({ parents: ["main", "side"], files: { c: "1" }, message: "Merge 'side'" });
    repository.commit({ files: { "odd *[x]/b": "2" }, message: Buffer.from([0x63, 0x61, 0x66, 0xe9]) });
    // What git itself would refuse to write.
    const raw = `tree ${repository.git("rev-parse", "main^{tree}")}\nparent ${repository.git("rev-parse", "main")}\nauthor Nobody <> 1700000000 +9999\ncommitter A\tB <a b@c> 1700000001 -0000\nencoding ISO-8859-1\n\n`;
    const object = Buffer.concat([
      Buffer.from(raw),
      Buffer.from([0x63, 0x61, 0x66, 0xe9]),
      Buffer.from("\0after NUL\n"),
    ]);
    const sha = plainGitBytes(repository.path, ["hash-object", "-t", "commit", "-w", "--stdin", "--literally"], object);
    repository.git("update-ref", "refs/heads/main", sha.toString().trim());
  });

  test("are what git log says of them", async () => {
    const commits = await listCommits(sample, page);
    expect(commits).toHaveLength(7);
    expect(commits.map(({ sha }) => sha)).toEqual(sample.git("rev-list", "HEAD").split("\n"));
    for (const commit of commits) {
      const format = (field: string) => sample.git("log", "-1", `--format=${field}`, commit.sha);
      expect(commit).toEqual({
        sha: commit.sha,
        message: format("%s"),
        author_name: format("%an"),
        author_email: format("%ae"),
        authored_at: format("%aI").replace("Z", "+00:00"),
        committer_name: format("%cn"),
        committer_email: format("%ce"),
        committed_at: format("%cI").replace("Z", "+00:00"),
      });
    }
    expect(commits.at(-1)?.message).toBe("first line still the subject");
    expect(commits[0]?.message).toBe("café");
    expect(commits[1]?.message).toBe("caf\ufffd");
  });

  test("are paged, and a far page is empty", async () => {
    const all = await listCommits(sample, page);
    expect(await listCommits(sample, { ...page, limit: 2, offset: 3 })).toEqual(all.slice(3, 5));
    expect(await listCommits(sample, { ...page, offset: Number.MAX_SAFE_INTEGER })).toEqual([]);
  });

  test("of a path are those that touched it, the path taken literally", async () => {
    const touching = async (path: string) => (await listCommits(sample, { ...page, path })).map(({ sha }) => sha);
    expect(await touching("a")).toEqual(sample.git("rev-list", "HEAD", "--", "a").split("\n"));
    expect(await touching("odd *[x]")).toHaveLength(2);
    expect(await touching("odd *[x]/b")).toHaveLength(2);
    expect(await touching("odd*")).toEqual([]);
    expect(await touching(":(top)a")).toEqual([]);
    expect(await touching("nope")).toEqual([]);
  });

  test("start at any revision, and an unknown one is not found", async () => {
    expect((await listCommits(sample, { ...page, ref: "side" }))[0]?.message).toBe("Ünïcode 日本 🎉");
    await expect(listCommits(sample, { ...page, ref: "nope" })).rejects.toMatchObject({
      status: 404,
      message: "commit",
    });
  });
});

describe("a commit of before 1970 by its own clock", () => {
  const sample = useSample((repository) => {
    repository.commit({ time: 60 });
  });
  test("is listed", async () => {
    expect(await listCommits(sample, page)).toMatchObject([{ committed_at: "1969-12-31T20:31:05-03:30" }]);
  });
});

describe("an empty repository", () => {
  const sample = useSample();
  test("has no commits", async () => {
    expect(await listCommits(sample, page)).toEqual([]);
    expect(await listCommits(sample, { ...page, ref: "main" })).toEqual([]);
    await expect(listCommits(sample, { ...page, ref: "other" })).rejects.toMatchObject({ status: 404 });
  });
});
