import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const platform = new URL("../platform.ts", import.meta.url);

test("nothing of the Kubernetes client is loaded unless steps are to run in a cluster", () => {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
    await import(${JSON.stringify(platform.href)});
    process.stdout.write(JSON.stringify(loaded.filter((url) => /client-node|[/]ws[/]/.test(url))));`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect([stdout, stderr]).toEqual(["[]", ""]);
});
