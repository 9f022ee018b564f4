import { expect, test } from "vitest";
import { readVersion } from "../../scripts/lib/build/version.ts";
import { engine } from "./container.ts";

const image = process.env.PLATFORM_IMAGE ?? "";

/** As its pod runs it, without a network. */
const run = (...args: readonly string[]) =>
  engine([
    ...["run", "--rm", "--network=none", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"],
    ...["--tmpfs=/tmp:mode=1777", "--tmpfs=/data:uid=1000,gid=1000,mode=0700"],
    ...args,
  ]);

test("it says what it is, and runs as nobody special", async () => {
  const { version, commit } = await readVersion();
  const { stdout } = await engine(["inspect", "--format", "{{json .Config}}", image]);
  const { Labels, User, Env } = JSON.parse(stdout);
  expect(Labels).toMatchObject({
    "org.opencontainers.image.title": "platform",
    "org.opencontainers.image.version": version,
    "org.opencontainers.image.revision": commit,
  });
  expect(User).toBe("1000:1000");
  expect(Env.join()).not.toMatch(/TOKEN|KEY=|SECRET/);
  expect(await run(image, "--version")).toMatchObject({ code: 0, stdout: `platform ${version}\n`, stderr: "" });
});

test("it has the platform with the client for clusters and git, and no tests", async () => {
  const script = [
    "git --version",
    "cd /app/packages/platform",
    "node --input-type=module -e 'await import(\"@kubernetes/client-node\")'",
    "find /app/packages -name '*.test.ts' | wc -l",
  ].join(" && ");
  const { code, stdout } = await run("--entrypoint", "sh", image, "-c", script);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^git version \S+\n0\n$/)]);
});

test("without a database it says what it needs, in one line", async () => {
  const { code, stderr } = await run("--env", "PLATFORM_LOG_LEVEL=silent", image);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^platform: .*set DATABASE_URL to a PostgreSQL server.*\n$/);
});
