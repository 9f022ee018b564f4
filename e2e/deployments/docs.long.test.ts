import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { workloads } from "@platform-mcp/client/contract";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { root } from "../../scripts/lib/build/paths.ts";
import { withExampleRepository } from "../../scripts/lib/start/example-repository.ts";
import { type PushedPlatform, startPushedPlatform } from "../git-push/pushed-platform.ts";
import { Terminal } from "../lib/terminal.ts";

const run = promisify(execFile);
const tsx = createRequire(join(root, "package.json")).resolve("tsx");
const command = ["--import", tsx, join(root, "packages/platform/src/main.ts")];
/** Its commands use `--json`, which curl has had since 7.82. */
const hasCurl = await run("curl", ["--help", "all"]).then(
  ({ stdout }) => stdout.includes("--json"),
  () => false,
);

let text: string;
let platform: PushedPlatform;
/** Where somebody works who has a clone of this repository. */
let directory: string;
beforeAll(async () => {
  text = await readFile(join(root, "docs/deployments.md"), "utf8");
  platform = await startPushedPlatform();
  directory = await mkdtemp(join(tmpdir(), "deployments-docs-"));
  await withExampleRepository(async (path) => {
    await run(process.execPath, [...command, "import", path, "--name", "hello-web", "--data", platform.dataDirectory]);
  });
  const { id } = await platform.look((db) =>
    db.selectFrom("projects").where("name", "=", "hello-web").select("id").executeTakeFirstOrThrow(),
  );
  await mkdir(join(directory, ".platform"));
  const variables = [`PLATFORM_API_URL=${platform.served.url}`, "PLATFORM_API_TOKEN=none", `PROJECT_ID=${id}`];
  await writeFile(join(directory, ".platform", "agent.env"), `${variables.join("\n")}\n`);
  // In the place of `npx --yes pnpm@… --silent platform`.
  const npx = `#!/bin/sh\nshift 4\nexec '${process.execPath}' ${command.join(" ")} "$@" --data '${platform.dataDirectory}'\n`;
  await writeFile(join(directory, "npx"), npx);
  await chmod(join(directory, "npx"), 0o755);
}, 120_000);
afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
});

/** Waits until everything that was asked for has come about. */
async function settled(): Promise<void> {
  await vi.waitFor(
    async () => {
      const open = await platform.look(async (db) => {
        const unlooked = db.selectFrom("ref_updates").where("processed_at", "is", null).select("id");
        const pipelines = db.selectFrom("pipelines").where("deploy_checked_at", "is", null).select("id");
        const busy = db
          .selectFrom("workloads")
          .where((eb) =>
            eb.or([eb("current_status", "not in", ["healthy", "stopped"]), eb("removal_reason", "is not", null)]),
          )
          .select("id");
        return await Promise.all([unlooked.execute(), pipelines.execute(), busy.execute()]);
      });
      expect(open).toEqual([[], [], []]);
    },
    { timeout: 60_000, interval: 200 },
  );
}

test.skipIf(!hasCurl)("its commands, one after the other, do what it says", async () => {
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);
  expect(blocks.length).toBeGreaterThan(8);
  const env = {
    PATH: `${directory}:${process.env.PATH}`,
    HOME: directory,
    ...{ GIT_AUTHOR_NAME: "Ada", GIT_AUTHOR_EMAIL: "ada@example.com" },
    ...{ GIT_COMMITTER_NAME: "Ada", GIT_COMMITTER_EMAIL: "ada@example.com" },
  };
  await using terminal = new Terminal({ cwd: directory, env });
  const printed: string[] = [];
  for (const block of blocks) {
    const answer = await terminal.enter(block);
    expect(answer, block).not.toMatch(/"error"/);
    printed.push(answer);
    await settled();
  }
  const all = printed.join("\n");
  expect(all).toMatch(/"url": ?"http:\/\/production\.hello-web\.localhost:\d+\/"/);
  expect(all).toMatch(/"url": ?"http:\/\/warmer-welcome\.hello-web\.localhost:\d+\/"/);
  expect(all).toContain("listening on");
  expect(all).toMatch(/"action": ?"rollback"/);
});

test("it says what each status and each reason means", () => {
  for (const name of [...workloads.workloadStatus.options, ...workloads.workloadReason.options]) {
    expect(text.match(new RegExp(`^\\|.*\`${name}\`.*\\|`, "m")), name).not.toBeNull();
  }
});
