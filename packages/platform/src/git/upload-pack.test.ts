import { execFile } from "node:child_process";
import { PassThrough, Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { advertiseRefs } from "./advertise-refs.ts";
import { fetchServer } from "./testing/fetch-server.ts";
import { plainEnvironment, plainGit } from "./testing/plain-git.ts";
import { useSample } from "./testing/use-sample.ts";
import { uploadPack } from "./upload-pack.ts";

const run = promisify(execFile);

describe("a repository served over smart HTTP", () => {
  const sample = useSample((repository) => {
    // Enough branches that a client compresses what it asks for.
    for (let index = 0; index < 30; index++) {
      const files = { [`file ${index}`]: `${index}\n`.repeat(100) };
      repository.commit({ branch: `branch-${index}`, parents: index ? [`branch-${index - 1}`] : [], files });
    }
    repository.git("branch", "main", "branch-29");
    repository.git("tag", "-a", "-m", "v1", "v1");
    repository.git("config", "uploadpack.hideRefs", "refs/agent-wip");
    repository.git("config", "uploadpack.allowFilter", "true");
    repository.git("update-ref", "refs/agent-wip/session", "main");
  });
  const git = (...args: string[]) => run("git", args, { env: plainEnvironment });

  test.each(["0", "1", "2"])(
    "is cloned whole, shallow, partially, and fetched from, in protocol %s",
    async (version) => {
      await using server = await fetchServer(sample);
      const url = `http://127.0.0.1:${server.port}/any.git`;
      const clone = sample.beside(`clone-${version}`);
      const protocol = ["-c", `protocol.version=${version}`];
      await git(...protocol, "clone", "--quiet", "--mirror", url, clone);
      expect(plainGit(clone, "rev-parse", "main", "v1")).toBe(sample.git("rev-parse", "main", "v1"));
      expect(plainGit(clone, "for-each-ref", "refs/agent-wip")).toBe("");
      plainGit(clone, "fsck", "--strict");
      await git(...protocol, "clone", "--quiet", "--depth=2", url, `${clone}-shallow`);
      expect(plainGit(`${clone}-shallow`, "rev-list", "--count", "HEAD")).toBe("2");
      await git(...protocol, "clone", "--quiet", "--bare", "--filter=blob:none", url, `${clone}-partial`);
      expect(plainGit(`${clone}-partial`, "rev-list", "--objects", "--missing=print", "--all")).toMatch(/^\?/m);

      const tip = sample.commit({ branch: `later-${version}`, parents: ["main"], files: { later: version } });
      await git("-C", clone, ...protocol, "fetch", "--quiet");
      expect(plainGit(clone, "rev-parse", `later-${version}`)).toBe(tip);
      expect(server.requests.some(({ encoding }) => encoding === "gzip")).toBe(true);
      expect(server.requests.every(({ protocol: seen }) => version === "0" || seen === `version=${version}`)).toBe(
        true,
      );
    },
  );

  test("announces its service in versions 0 and 1 alone", async () => {
    const announced = async (protocol?: string) => text(advertiseRefs(sample, "git-upload-pack", { protocol }));
    const service = "001e# service=git-upload-pack\n0000";
    expect(await announced()).toMatch(new RegExp(`^${service}[0-9a-f]{4}${sample.git("rev-parse", "HEAD")} HEAD\0`));
    expect(await announced("version=1")).toMatch(new RegExp(`^${service}000eversion 1\n`));
    expect(await announced("version=2")).toMatch(/^000eversion 2\n/);
    for (const odd of [
      "version=2\nGIT_TRACE=1",
      "version=3",
      "evil",
      "version=2:$(x)",
      `version=2${":a".repeat(99)}`,
    ]) {
      expect(await announced(odd)).toMatch(new RegExp(`^${service}[0-9a-f]{4}[0-9a-f]{40} HEAD`));
    }
  });

  test("takes gzip and refuses what is not", async () => {
    const body = Buffer.from("0014command=ls-refs\n0000");
    const listRefs = (bytes: Buffer, encoding?: string) =>
      text(uploadPack(sample, Readable.from([bytes]), { protocol: "version=2", encoding }));
    const plain = await listRefs(body);
    expect(plain).toContain("refs/heads/main");
    expect(await listRefs(gzipSync(body), "gzip")).toBe(plain);
    await expect(listRefs(body, "gzip")).rejects.toMatchObject({ status: 400 });
    await expect(listRefs(gzipSync(body).subarray(0, 12), "gzip")).rejects.toMatchObject({ status: 400 });
    expect(() => uploadPack(sample, Readable.from([body]), { encoding: "br" })).toThrow("content encoding");
  });

  test("fails when it is not there, before anything is sent", async () => {
    await expect(buffer(advertiseRefs({ path: "/nonexistent" }, "git-upload-pack"))).rejects.toMatchObject({
      name: "GitError",
    });
  });

  test("kills git when the client goes away, or the caller", async () => {
    const body = new PassThrough();
    const answer = uploadPack(sample, body);
    answer.destroy();
    // Git has gone: it reads no more.
    await new Promise((resolve) => body.once("close", resolve));

    const left = new AbortController();
    const aborted = buffer(uploadPack(sample, new PassThrough(), { signal: left.signal }));
    left.abort(new Error("the caller has left"));
    await expect(aborted).rejects.toThrow("the caller has left");

    const upload = new PassThrough();
    const broken = buffer(uploadPack(sample, upload));
    upload.destroy();
    await expect(broken).rejects.toMatchObject({ name: "GitError" });
  });
});
