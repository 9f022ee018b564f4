import { execFile } from "node:child_process";
import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { root } from "../../scripts/lib/build/paths.ts";

let directory: string;
let policy: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "install-test-"));
  policy = join(directory, "policy");
  await program(
    "apt-get",
    '"$HERE/policy"; echo "apt $* $?" >> "$HERE/log"; echo new.service on >> "$HERE/units"; exit $CODE',
  );
  await program("systemctl", 'case $1 in list*) cat "$HERE/units";; *) echo "systemctl $*" >> "$HERE/log";; esac');
  await writeFile(join(directory, "units"), "old.service on\n");
});
afterEach(() => rm(directory, { recursive: true }));

const program = (name: string, text: string) =>
  writeFile(join(directory, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });

/** Gives what was done. */
async function install(code: number): Promise<string> {
  const env = { PATH: `${directory}:${process.env.PATH}`, HERE: directory, CODE: String(code) };
  const script = join(root, "scripts/lib/image/install.sh");
  const done = promisify(execFile)("sh", [script, policy, "one", "two"], { env });
  await (code === 0 ? done : expect(done).rejects.toMatchObject({ code }));
  return await readFile(join(directory, "log"), "utf8");
}

const options = "--yes --quiet=2 --no-install-recommends one two";

test.each([0, 100])(
  "services of what is installed neither start nor will, also when that ends with %i",
  async (code) => {
    expect(await install(code)).toBe(`apt install ${options} 101\nsystemctl disable --quiet new.service\n`);
    await expect(access(policy)).rejects.toThrow("ENOENT");
  },
);

test("a machine's own policy stays", async () => {
  await program("policy", "exit 104");
  expect(await install(0)).toContain(`${options} 104\n`);
  await access(policy);
});
