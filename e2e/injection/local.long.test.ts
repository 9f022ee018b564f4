import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { startPushedPlatform } from "../git-push/pushed-platform.ts";
import { serverBundles } from "../lib/bundles.ts";
import { injectionSuite } from "./suite.ts";

injectionSuite(async () => {
  await serverBundles();
  const programs = await mkdtemp(join(tmpdir(), "injection-"));
  await symlink(join(import.meta.dirname, "stand-in-claude.sh"), join(programs, "claude"));
  const platform = await startPushedPlatform({ PATH: `${programs}${delimiter}${process.env.PATH}` });
  return {
    ...platform,
    async [Symbol.asyncDispose]() {
      await platform[Symbol.asyncDispose]();
      await rm(programs, { recursive: true, force: true });
    },
  };
});
