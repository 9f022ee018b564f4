import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build } from "../scripts/lib/build/build.ts";
import { packageDirectory, thirdPartyLicences } from "../scripts/lib/build/licences.ts";
import { root } from "../scripts/lib/build/paths.ts";
import { readVersion } from "../scripts/lib/build/version.ts";
import { runProgram } from "./lib/run-program.ts";

const core = "servers/platform-core.js";

let directory: string;
let outDir: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "build-"));
  outDir = join(directory, "dist");
  await build({ outDir });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function listing(path: string): Promise<string[]> {
  return (await readdir(path, { recursive: true })).sort();
}

describe("a build", () => {
  test("writes executable programs, their source maps and the licences, and leaves nothing else behind", async () => {
    const { files } = await build({ outDir });
    expect(Object.keys(files)).toEqual(expect.arrayContaining(["runner.js", core, `${core}.map`]));
    expect(await listing(outDir)).toEqual([...Object.keys(files), ".stamp.json", "servers"].sort());
    expect((await stat(join(outDir, core))).mode & 0o777).toBe(0o755);
    expect(await readFile(join(outDir, core), "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  test("is not repeated while nothing changes, and is when a file is gone or came out of other sources", async () => {
    const own = join(directory, "repeated");
    expect((await build({ outDir: own })).rebuilt).toBe(true);
    expect((await build({ outDir: own })).rebuilt).toBe(false);
    await rm(join(own, core));
    expect((await build({ outDir: own })).rebuilt).toBe(true);
    const stampFile = join(own, ".stamp.json");
    const stamp = JSON.parse(await readFile(stampFile, "utf8"));
    const gone = "servers/platform-gone.js";
    await writeFile(join(own, gone), "");
    await writeFile(stampFile, JSON.stringify({ ...stamp, key: "other", outputs: { ...stamp.outputs, [gone]: 0 } }));
    expect((await build({ outDir: own })).rebuilt).toBe(true);
    expect(await listing(join(own, "servers"))).not.toContain("platform-gone.js");
    await writeFile(stampFile, "{");
    expect((await build({ outDir: own })).rebuilt).toBe(true);
  });

  test("can run twice at once", async () => {
    const own = join(directory, "twice");
    const [one, other] = await Promise.all([build({ outDir: own }), build({ outDir: own })]);
    expect(one.files).toEqual(other.files);
    expect(await listing(own)).toEqual([...Object.keys(one.files), ".stamp.json", "servers"].sort());
  });
});

describe("a bundle", () => {
  test.each([
    ["alone in a directory", undefined],
    ["under a package of modules", { type: "module" }],
    ["under a package of CommonJS", { type: "commonjs" }],
  ])("runs %s", async (name, manifest) => {
    const { version, commit } = await readVersion();
    const place = join(directory, name);
    await mkdir(join(place, "below"), { recursive: true });
    if (manifest !== undefined) await writeFile(join(place, "package.json"), JSON.stringify(manifest));
    for (const [bundle, says] of [
      [core, "platform-core"],
      ["runner.js", "runner"],
    ] as const) {
      const copy = join(place, "below", "program.js");
      await copyFile(join(outDir, bundle), copy);
      expect(await runProgram(copy, ["--version"])).toEqual({
        code: 0,
        stdout: `${says} ${version} (${commit})\n`,
        stderr: "",
      });
    }
  });

  test("loads the HTTP library with the first call, and not before its tools are listed", async () => {
    const list = [
      { id: 1, method: "initialize", params: initializeParams },
      { method: "notifications/initialized" },
      { id: 2, method: "tools/list" },
    ];
    const { stdout, loaded } = await runCovered([], rpc(list));
    expect(stdout).toContain('"tools":[');
    expect(loaded).toBe(false);

    const refusing = createServer((_request, response) => response.writeHead(401).end());
    await new Promise<void>((resolve) => refusing.listen(0, "127.0.0.1", resolve));
    const address = refusing.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    expect((await runCovered(["--check"], "", `http://127.0.0.1:${port}`)).loaded).toBe(true);
    refusing.close();
  });
});

const initializeParams = {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "test", version: "1" },
};

function rpc(messages: readonly object[]): string {
  return messages.map((message) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`).join("");
}

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[];
    }[];
  }[];
}

/** Runs the core server and tells whether the module that holds the HTTP library's error codes was evaluated. */
async function runCovered(args: readonly string[], input: string, apiUrl = "http://127.0.0.1:9") {
  const coverage = await mkdtemp(join(directory, "coverage-"));
  const bundle = join(outDir, core);
  const { stdout } = await runProgram(bundle, args, {
    input,
    env: { NODE_V8_COVERAGE: coverage, PLATFORM_API_TOKEN: "token", PLATFORM_API_URL: apiUrl },
  });
  const position = (await readFile(bundle, "utf8")).indexOf("UND_ERR_SOCKET");
  expect(position).toBeGreaterThan(0);
  const [file] = await readdir(coverage);
  const { result }: Coverage = JSON.parse(await readFile(join(coverage, file ?? ""), "utf8"));
  const around = (result.find(({ url }) => url.endsWith(core))?.functions ?? [])
    .flatMap(({ ranges }) => ranges.slice(0, 1))
    .filter(({ startOffset, endOffset }) => startOffset <= position && position < endOffset)
    .sort((a, b) => a.endOffset - a.startOffset - (b.endOffset - b.startOffset));
  return { stdout, loaded: (around[0]?.count ?? 0) > 0 };
}

describe("licences", () => {
  test("every package inside is listed once, and nothing of our own", async () => {
    const text = await readFile(join(outDir, "THIRD_PARTY_LICENSES"), "utf8");
    const listed = [...text.matchAll(/^={100}\n(\S+) (\S+)\n={100}$/gm)].map(([, name]) => name);
    expect(listed).toEqual(expect.arrayContaining(["@modelcontextprotocol/server", "undici", "zod"]));
    expect(new Set(listed).size).toBe(listed.length);
    expect(text).not.toContain("@platform-mcp/");
  });

  test.each([
    ["packages/client/src/index.ts", undefined],
    ["node_modules/.pnpm/zod@4/node_modules/zod/v4/core.js", "node_modules/.pnpm/zod@4/node_modules/zod"],
    ["a/node_modules/@scope/name/x/y.js", "a/node_modules/@scope/name"],
  ])("%s is a file of %s", (path, expected) => {
    expect(packageDirectory(path)).toBe(expected);
  });

  test("a package without a licence text is listed with what it declares, one without either is refused", async () => {
    const modules = join(directory, "node_modules");
    for (const [name, fields] of Object.entries({ declares: { license: "ISC" }, silent: {} })) {
      await mkdir(join(modules, name), { recursive: true });
      await writeFile(join(modules, name, "package.json"), JSON.stringify({ name, version: "1.0.0", ...fields }));
    }
    const input = (name: string) => relative(root, join(modules, name, "index.js"));
    expect(await thirdPartyLicences([input("declares")])).toMatch(/^declares 1\.0\.0\n=+\n\nISC$/m);
    await expect(thirdPartyLicences([input("silent")])).rejects.toThrow(
      "silent 1.0.0 is bundled but states no licence",
    );
  });
});
