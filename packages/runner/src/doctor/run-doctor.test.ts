import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Domain } from "../roles.ts";
import { runDoctor } from "./run-doctor.ts";
import { doctorTable } from "./table.ts";

/** Programs in place of servers, each with one fault. The good case is tested with real bundles, from outside. */
const faults: Readonly<Partial<Record<Domain, string>>> = {
  // Reads nothing, writes nothing, heeds no signal, and outlives its input.
  core: 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);',
  pipeline: 'throw new TypeError("broken\\u001b[2J bundle");',
  issues: 'process.stderr.write("platform-issues: no luck\\n"); process.exitCode = 3;',
  deploy: "",
};

let serversDir: string;
beforeAll(async () => {
  serversDir = await mkdtemp(join(tmpdir(), "doctor-"));
  for (const [domain, source] of Object.entries(faults)) {
    await writeFile(join(serversDir, `platform-${domain}.js`), source);
  }
});
afterAll(() => rm(serversDir, { recursive: true, force: true }));

function examine(
  servers: readonly Domain[],
  options: { allowMissing?: boolean; node?: string; startMs?: number } = {},
) {
  const role = { name: "test", servers, hot: [], defaults: {} };
  return runDoctor({ role, serversDir, node: process.execPath, env: process.env, allowMissing: false, ...options });
}

describe("a server that does not serve fails alone, with the reason", () => {
  test("it hangs", async () => {
    const { servers, ok } = await examine(["core"], { startMs: 300 });
    expect(ok).toBe(false);
    expect(servers[0]).toMatchObject({
      name: "platform-core",
      state: "failing",
      serving: null,
      access: null,
      problems: [{ subject: "server", detail: "gave no answer within 0.3 s" }],
    });
  });

  test.each<[string, Domain, string]>([
    ["it crashes", "pipeline", "ended with exit code 1: TypeError: broken [2J bundle"],
    ["it gives up", "issues", "ended with exit code 3: no luck"],
    ["it ends at once", "deploy", "ended with exit code 0"],
  ])("%s", async (_, domain, detail) => {
    const { servers } = await examine([domain]);
    expect(servers[0]?.problems).toMatchObject([{ subject: "server", detail }]);
  });

  test("its Node does not exist", async () => {
    const { servers } = await examine(["deploy"], { node: "/nowhere/node" });
    expect(servers[0]?.problems[0]?.detail).toBe("could not be started: spawn /nowhere/node ENOENT");
  });
});

describe("a bundle that is missing", () => {
  test("is an error that names its path", async () => {
    await expect(examine(["core", "admin"])).rejects.toThrow(`missing: ${join(serversDir, "platform-admin.js")}`);
  });

  test("is listed, and fails nothing, where that is allowed", async () => {
    const report = await examine(["admin", "observe"], { allowMissing: true });
    expect(report).toEqual({
      role: "test",
      servers_dir: serversDir,
      ok: true,
      servers: ["platform-admin", "platform-observe"].map((name) => ({
        name,
        state: "absent",
        serving: null,
        access: null,
        problems: [],
      })),
    });
    expect(doctorTable(report)).toContain("platform-observe  not in this build\n");
  });
});
