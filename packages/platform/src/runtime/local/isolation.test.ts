import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { layoutOf } from "../../db/embedded/layout.ts";
import { until } from "../../db/embedded/until.ts";
import { type LocalSteps, openLocalSteps } from "./testing/local-steps.ts";

let steps: LocalSteps;
let sockets: string;
beforeAll(async () => {
  steps = await openLocalSteps();
  sockets = await mkdtemp(join(tmpdir(), "platform-sockets-"));
  await writeFile(join(sockets, ".s.PGSQL.5432"), "a socket");
  const { socketRecord } = layoutOf(steps.dataDirectory);
  await mkdir(dirname(socketRecord));
  await writeFile(socketRecord, sockets);
});
afterAll(async () => {
  await steps[Symbol.asyncDispose]();
  await rm(sockets, { recursive: true });
});

/** What a step prints that runs in namespaces; where they are impossible, the test is none. */
async function see(skip: (why: string) => void, ...commands: readonly string[]): Promise<string> {
  if (!steps.isIsolated) skip("namespaces are not possible here");
  return (await steps.run(...commands)).text;
}

test.each([true, false])("the environment is exactly what was promised (namespaces: %s)", async (useNamespaces) => {
  await using here = await openLocalSteps({ useNamespaces });
  const hostile = { QUOTES: `'"$(id)\`id\`\\`, LINES: "one\ntwo\n", EMPTY: "", UNICODE: "ä😀", HOST: "-n" };
  const environment = { ...hostile, STEP_NAME: "n", name: "x", index: "0", GIT_DIR: "/none", LC_ALL: "C" };
  const step = await here.start({ commands: ["env -0"], environment });
  await step.exited;
  const entries = step.text().split("\0").slice(0, -1);
  const found = Object.fromEntries(entries.map((entry) => entry.split(/=(.*)/s, 2)));
  // What the shell itself sets, bash's besides dash's.
  const { HOME, TMPDIR, PWD, SHLVL, _, ...rest } = found;
  expect(rest).toEqual({ PATH: process.env.PATH, LANG: "C.UTF-8", ...environment });
  const room = dirname(PWD);
  expect(room.startsWith(join(await realpath(here.dataDirectory), "steps"))).toBe(true);
  expect([HOME, TMPDIR, PWD]).toEqual([join(room, "home"), join(room, "tmp"), join(room, "tree")]);
  await step.dispose();
});

describe("in namespaces", () => {
  test("the platform's data is out of sight, but for the step's own tree and its repository", async ({ skip }) => {
    const other = await steps.start({ commands: ["echo secret > other.txt; echo up; sleep 1000"] });
    await until(() => other.text() !== "", 10_000);
    const text = await see(
      skip,
      `cd "$DATA"; ls -A . repositories steps steps/*; cat agent.env; ls -A '${sockets}'; find . -name other.txt; grep -r very-secret .; true`,
    );
    await other.dispose();
    const number = /^\d+$/m.exec(text)?.[0];
    const instance = /^steps\/(.*):$/m.exec(text)?.[1];
    expect(text).toBe(
      `.:\nrepositories\nsteps\n\nrepositories:\np.git\n\nsteps:\n${instance}\n\nsteps/${instance}:\n${number}\ncat: agent.env: No such file or directory\n`,
    );
  });

  test.each([
    ["umount of what hides", "umount"],
    ["lazy umount", "umount -l"],
    ["umount in a user namespace of its own", "unshare --user --map-root-user --mount umount"],
    ["umount in one that is a copy", "unshare --user --map-root-user --mount --propagation unchanged umount -l"],
  ])("%s does not help", async (_, umount) => {
    if (!steps.isIsolated) return;
    const { text } = await steps.run(`${umount} "$DATA"; cat "$DATA/agent.env"; true`);
    expect(text).toMatch(/agent\.env'?: No such file/);
  });

  test("other processes are neither seen nor reached, nor is what watches over the step", async ({ skip }) => {
    const text = await see(
      skip,
      `kill -0 ${process.pid}; ls -d /proc/[0-9]*; cat /proc/1/environ; ls -l /proc/1/fd /proc/1/root/; kill -9 1; kill -STOP 1; nsenter --target 1 --mount true; echo alive`,
    );
    expect(text).toMatch(/No such process/);
    expect(text).toMatch(/environ: Permission denied/);
    expect(text.split("\n").filter((line) => /^\/proc\/\d+$/.test(line)).length).toBeLessThan(6);
    expect(text).toMatch(/alive\n$/);
  });

  test("the repository can be read and fetched from, and not be written", async ({ skip }) => {
    const text = await see(
      skip,
      `git fetch -q origin && echo fetched; git push origin HEAD:refs/heads/x; git push "$REPOSITORY" HEAD:refs/heads/x; echo x > "$REPOSITORY/config"; chmod 777 "$REPOSITORY"; git -C "$REPOSITORY" config a.b c; git log --format=%s -1`,
    );
    expect(text).toMatch(/^fetched\n/);
    expect(text).toMatch(/steps-cannot-push/);
    expect(text.match(/Read-only file system/gi)?.length).toBeGreaterThanOrEqual(3);
    expect(text).toMatch(/first\n$/);
    expect(await readFile(join(steps.repository, "config"), "utf8")).toMatch(/hideRefs/);
  });

  test("not even root opens disks or sets the kernel's variables, and devices that programs need are there", async ({
    skip,
  }) => {
    const text = await see(
      skip,
      "find /dev -type b; echo x > /proc/sys/kernel/core_pattern; echo x > /proc/sys/vm/swappiness; touch /sys/x; ls -A /sys/fs/cgroup; true",
      "head -c 4 /dev/urandom | wc -c; echo gone > /dev/null; echo fd > /dev/stdout; echo shm > /dev/shm/x; cat /dev/shm/x",
      "python3 -c 'import pty; pty.openpty(); print(\"pty\")' || echo pty",
    );
    if (process.geteuid?.() === 0) expect(text).not.toMatch(/^\/dev\//m);
    expect(
      text.match(
        /core_pattern: (Read-only file system|Permission denied)|swappiness: (Read-only file system|Permission denied)/g,
      )?.length,
    ).toBe(2);
    expect(text).toMatch(/4\nfd\nshm\npty\n$/);
  });

  test("shared memory of others is not reached, and there is a limit to processes", async ({ skip }) => {
    const text = await see(
      skip,
      "cat /proc/sysvipc/shm | wc -l; cat /proc/sys/kernel/pid_max; ulimit -p 2>/dev/null || ulimit -u",
    );
    expect(text).toMatch(/^1\n(.*\n)?4096\n/);
  });
});

test("the top of the log says how the step runs", async () => {
  await using open = await openLocalSteps({ useNamespaces: false });
  expect(open.sentences[0]).toMatch(/the platform's data included/);
  if (steps.isIsolated) expect(steps.sentences[0]).toMatch(/in namespaces of its own/);
});
