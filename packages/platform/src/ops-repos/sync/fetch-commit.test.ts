import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FetchServer, fetchServer } from "../../git/testing/fetch-server.ts";
import { SampleRepository } from "../../git/testing/sample-repository.ts";
import { parseAllowList } from "../../outbound/allow-list.ts";
import { Outbound } from "../../outbound/outbound.ts";
import { startNameServer } from "../../outbound/testing/name-server.ts";
import { type FetchLimits, fetchCommit, usualLimits } from "./fetch-commit.ts";
import { Snapshots } from "./snapshots.ts";

const opsRepoId = "5c9f0f5e-5a52-4f6c-9b0b-000000000001";
const loopback = new Outbound({ allow: parseAllowList("127.0.0.1") });

let sample: SampleRepository;
let server: FetchServer;
let directory: string;
let snapshots: Snapshots;
beforeAll(async () => {
  sample = new SampleRepository();
  server = await fetchServer(sample);
  directory = await mkdtemp(join(tmpdir(), "ops-repos-"));
  snapshots = new Snapshots(directory);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  sample.remove();
  await rm(directory, { recursive: true, force: true });
});

async function fetchFrom(
  url: string,
  {
    branch = "main",
    outbound = loopback,
    limits = usualLimits,
  }: { branch?: string; outbound?: Outbound; limits?: FetchLimits } = {},
): Promise<string> {
  return await fetchCommit({ url: new URL(url), branch, opsRepoId, outbound, snapshots, limits });
}
const here = () => `http://127.0.0.1:${server.port}/ops.git`;
const kept = () => readdir(join(directory, "ops-repos", opsRepoId));

async function serve(listener: RequestListener) {
  const other = createServer(listener);
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/ops.git`,
    [Symbol.asyncDispose]: async () => {
      other.closeAllConnections();
      other.close();
      await once(other, "close");
    },
  };
}

test("the tip of a branch is fetched once, as a repository of that commit alone", async () => {
  const first = sample.commit({ files: { "deploy.yaml": "a: 1\n" } });
  const second = sample.commit({ files: { "deploy.yaml": "a: 2\n" } });
  expect(await fetchFrom(here())).toBe(second);
  const before = server.requests.length;
  expect(await fetchFrom(here())).toBe(second);
  // It was only asked what there is.
  expect(server.requests.slice(before).filter(({ url }) => url.endsWith("git-upload-pack")).length).toBeLessThan(3);
  expect(await snapshots.has(opsRepoId, second)).toBe(true);
  expect(await snapshots.has(opsRepoId, first)).toBe(false);
  const third = sample.commit({ files: { "deploy.yaml": "a: 3\n" } });
  expect(await Promise.all([fetchFrom(here()), fetchFrom(here())])).toEqual([third, third]);
  expect((await kept()).sort()).toEqual([`${second}.git`, `${third}.git`].sort());

  await snapshots.sweep(new Map([[opsRepoId, third]]));
  expect((await kept()).sort()).toEqual([`${second}.git`, `${third}.git`].sort());
  await snapshots.sweep(new Map());
  expect(await readdir(join(directory, "ops-repos"))).toEqual([]);
});

test("a branch whose name only ends like the one that is meant is another", async () => {
  const tip = sample.commit({ files: { "deploy.yaml": "a: 4\n" } });
  sample.commit({ branch: "a/refs/heads/main", files: { "deploy.yaml": "a: 5\n" } });
  expect(await fetchFrom(here())).toBe(tip);
});

describe("is refused, with what went wrong:", () => {
  test("a branch that is not there", async () => {
    await expect(fetchFrom(here(), { branch: "nowhere" })).rejects.toThrow("it has no branch nowhere");
  });

  test("a host inside the network, by address or by name, before it is called", async () => {
    await using names = await startNameServer({
      "git.example": [["127.0.0.1"]],
      "mixed.example": [["8.8.8.8", "::1"]],
    });
    const outbound = new Outbound({ allow: parseAllowList(""), nameServers: [names.address] });
    const before = server.requests.length;
    for (const host of [
      "127.0.0.1",
      "localhost",
      "2130706433",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "git.example",
      "mixed.example",
    ]) {
      await expect(fetchFrom(`http://${host}:${server.port}/ops.git`, { outbound })).rejects.toThrow(
        "inside the platform's network",
      );
    }
    await expect(fetchFrom("http://169.254.169.254/latest/meta-data", { outbound })).rejects.toThrow("inside");
    expect(server.requests.length).toBe(before);
  });

  test("a name that stands for nothing", async () => {
    await using names = await startNameServer({});
    const outbound = new Outbound({ allow: parseAllowList(""), nameServers: [names.address] });
    await expect(fetchFrom("http://nowhere.example/ops.git", { outbound })).rejects.toThrow("stands for no address");
  });

  test("a redirect, wherever it leads", async () => {
    await using redirecting = await serve((request, response) => {
      response.writeHead(302, { location: `${here()}${request.url?.replace("/ops.git", "")}` }).end();
    });
    const before = server.requests.length;
    await expect(fetchFrom(redirecting.url)).rejects.toThrow(/unable to access/);
    expect(server.requests.length).toBe(before);
  });

  test("a host that says that its objects are elsewhere", async () => {
    const tip = sample.git("rev-parse", "main");
    const files: Record<string, string> = {
      "/ops.git/info/refs": `${tip}\trefs/heads/main\n`,
      "/ops.git/HEAD": "ref: refs/heads/main\n",
      "/ops.git/objects/info/http-alternates": `http://127.0.0.1:${server.port}/objects\n`,
      "/ops.git/objects/info/alternates": `${sample.path}/objects\n`,
    };
    await using dumb = await serve(({ url = "" }, response) => {
      const file = files[url.replace(/\?.*/, "")];
      response.writeHead(file === undefined ? 404 : 200, { "content-type": "text/plain" }).end(file);
    });
    await snapshots.sweep(new Map());
    const before = server.requests.length;
    await expect(fetchFrom(dumb.url)).rejects.toThrow();
    expect(server.requests.length).toBe(before);
    expect(await snapshots.has(opsRepoId, tip)).toBe(false);
  });

  test("a host that wants a password", async () => {
    await using closed = await fetchServer(sample, "user:password");
    await expect(fetchFrom(`http://127.0.0.1:${closed.port}/ops.git`)).rejects.toThrow(
      "it asks for a user name and password",
    );
  });

  test("a host that does not answer", async () => {
    await using silent = await serve(() => {});
    await expect(fetchFrom(silent.url, { limits: { ...usualLimits, time: 300 } })).rejects.toThrow(
      "its host has taken longer than 0.3 s",
    );
  });

  test("more than may be sent", async () => {
    const noise = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * index * 7919) >>> (index % 11)));
    sample.commit({ branch: "large", files: { noise } });
    const limits = { ...usualLimits, size: 64 };
    await expect(fetchFrom(here(), { branch: "large", limits })).rejects.toThrow("it is larger than 0.0625 MiB");
    expect(await fetchFrom(here(), { branch: "large" })).toMatch(/^[0-9a-f]{40}$/);
  });

  test("an answer that is no git", async () => {
    await using page = await serve((_, response) =>
      response.writeHead(200, { "content-type": "text/html" }).end("<p>Hi"),
    );
    await expect(fetchFrom(page.url)).rejects.toThrow("it has no branch main");
  });
});

test("a name is not asked for again between its check and the call", async () => {
  // The second answer would be another host's.
  await using names = await startNameServer({ "git.example": [["127.0.0.1"], ["10.1.2.3"]] });
  const outbound = new Outbound({ allow: parseAllowList("127.0.0.1"), nameServers: [names.address] });
  const sha = await fetchFrom(`http://git.example:${server.port}/ops.git`, { outbound });
  expect(sha).toBe(sample.git("rev-parse", "main"));
  expect(names.asked.filter((question) => question === "git.example 1")).toHaveLength(1);
});
