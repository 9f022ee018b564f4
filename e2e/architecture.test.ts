import { beforeAll, describe, expect, test } from "vitest";
import { importsOf } from "../scripts/lib/architecture/imports.ts";
import * as rules from "../scripts/lib/architecture/rules.ts";
import { type Manifest, readWorkspace } from "../scripts/lib/architecture/workspace.ts";

let workspace: rules.Subject;
beforeAll(async () => {
  const read = await readWorkspace();
  workspace = { ...read, imports: await importsOf(read.sources) };
});

interface Example {
  readonly files?: Readonly<Record<string, string>>;
  readonly lockfile?: string;
}

interface Examples {
  readonly good: Example;
  readonly bad: readonly Example[];
}

/** The real packages with other files in them. */
async function subject({ files = {}, lockfile = "" }: Example): Promise<rules.Subject> {
  const sources = new Map(Object.entries(files));
  const lockfiles = new Map([["pnpm-lock.yaml", lockfile]]);
  return { sources, lockfiles, packages: workspace.packages, imports: await importsOf(sources) };
}

const kit = "packages/server-kit/src/x.ts";
const core = "packages/server-core/src/x.ts";
const client = "packages/client/src/index.ts";

/**
 * Each rule with what it lets pass and what it does not; each of the latter breaks it once. (In double quotes,
 * import() would count as this file's own.)
 */
const examples: Readonly<Record<string, Examples>> = {
  oneWay: {
    good: {
      files: {
        [kit]: 'import "@platform-mcp/client";',
        [core]: 'import "@platform-mcp/client"; import "@platform-mcp/server-kit";',
        "packages/platform/src/x.ts": 'import "@platform-mcp/client/contract";',
        "packages/platform/src/cli/x.ts": 'import "@platform-mcp/client";',
      },
    },
    bad: [
      { files: { "packages/client/src/x.ts": 'import "@platform-mcp/server-kit";' } },
      { files: { [kit]: 'import "@platform-mcp/server-core";' } },
      { files: { [core]: 'import type { X } from "@platform-mcp/runner";' } },
      { files: { "packages/platform/src/x.ts": 'import "@platform-mcp/client";' } },
      { files: { "packages/runner/src/x.ts": 'export type { X } from "@platform-mcp/server-kit";' } },
      { files: { "packages/runner/src/x.ts": 'const x = await import("@platform-mcp/server-core");' } },
    ],
  },
  byNameOnly: {
    good: {
      files: {
        [core]: 'import "@platform-mcp/client/contract"; import "./y.ts";',
        "e2e/x.ts": 'import "../scripts/y.ts";',
      },
    },
    bad: [
      { files: { [core]: 'import "../../client/src/index.ts";' } },
      { files: { [core]: 'import type { X } from "../../client/src/index.ts";' } },
      { files: { [core]: 'type X = import("../../client/src/index.ts").X;' } },
      { files: { [core]: 'import "@platform-mcp/client/src/index.ts";' } },
      { files: { [core]: 'import "../../../scripts/lib/x.ts";' } },
      { files: { "e2e/x.ts": 'import "../packages/runner/src/index.ts";' } },
      { files: { "scripts/x.ts": 'export * from "../packages/runner/src/index.ts";' } },
    ],
  },
  oneFileKnowsTheSdk: {
    good: { files: { "packages/server-kit/src/serve/serve.ts": 'import "@modelcontextprotocol/server/stdio";' } },
    bad: [
      { files: { [kit]: 'import type { Server } from "@modelcontextprotocol/server";' } },
      { files: { [core]: 'import { Server } from "@modelcontextprotocol/server";' } },
    ],
  },
  httpLibraryIsLazy: {
    good: {
      files: {
        [client]: 'export { x } from "./a.ts";',
        "packages/client/src/a.ts": 'import type { Agent } from "undici"; export const x = () => import("undici");',
        "packages/client/src/unreached.ts": 'import "undici";',
      },
    },
    bad: [
      { files: { [client]: 'import "./a.ts";', "packages/client/src/a.ts": 'import { type Agent } from "undici";' } },
    ],
  },
  kubernetesClientIsLazy: {
    good: { files: { "packages/platform/src/x.ts": "const x = await import('@kubernetes/client-node');" } },
    bad: [{ files: { "packages/platform/src/x.ts": 'import { Watch } from "@kubernetes/client-node";' } }],
  },
  tracingIsLazy: {
    good: {
      files: {
        "packages/platform/src/x.ts":
          "import type { A } from '@opentelemetry/api'; const x = await import('@opentelemetry/api');",
        "packages/platform/src/x.test.ts": 'import { trace } from "@opentelemetry/api";',
      },
    },
    bad: [{ files: { "packages/platform/src/x.ts": 'import { trace } from "@opentelemetry/api";' } }],
  },
  dependenciesAreDeclared: {
    good: {
      files: { [kit]: 'import "zod"; import "node:fs";', "packages/server-kit/src/x.test.ts": 'import "vitest";' },
    },
    bad: [
      { files: { [kit]: 'import "undici";' } },
      { files: { [kit]: 'import "vitest";' } },
      { files: { [kit]: "const x = await import('pg');" } },
    ],
  },
  noConsole: {
    good: { files: { [kit]: "process.stderr.write('the console.');", "e2e/x.ts": "console.log(1);" } },
    bad: [{ files: { [kit]: "console.error(1);" } }, { files: { [core]: "globalThis.x = console ['log'];" } }],
  },
  lockfilesNameNoHost: {
    good: { lockfile: "  zod@4.6.7:\n    resolution: {integrity: sha512-abc==}\n" },
    bad: [
      { lockfile: "resolution: {tarball: x.tgz}" },
      { lockfile: "resolution: {integrity: sha512-abc, url: https://example.com/zod.tgz}" },
    ],
  },
} satisfies Record<keyof typeof rules, Examples>;

describe.each(Object.entries(rules))("%s", (name, rule) => {
  test("holds", () => {
    expect(rule(workspace)).toEqual([]);
  });

  test("can be broken", async () => {
    const { good, bad } = examples[name] ?? {};
    expect(rule(await subject(good ?? {}))).toEqual([]);
    for (const example of bad ?? []) expect(rule(await subject(example)), JSON.stringify(example)).toHaveLength(1);
  });
});

test("the rules see the workspace", () => {
  const packages: ReadonlyMap<string, Manifest> = workspace.packages;
  expect([...packages.keys()]).toEqual(expect.arrayContaining([".", "e2e", "packages/client", "packages/runner"]));
  expect(workspace.lockfiles.has("pnpm-lock.yaml")).toBe(true);
  expect(workspace.imports).toContainEqual({
    from: "packages/server-core/src/main.ts",
    to: "@platform-mcp/server-kit",
    kind: "static",
  });
  expect(workspace.imports).toContainEqual({
    from: "packages/server-core/src/server.ts",
    to: "@platform-mcp/server-kit",
    kind: "type",
  });
});
