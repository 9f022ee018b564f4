import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { workloads } from "@platform-mcp/client/contract";
import { parseDefinition } from "@platform-mcp/platform";
import { beforeAll, describe, expect, test } from "vitest";
import { root } from "../scripts/lib/build/paths.ts";
import { argumentRows } from "../scripts/lib/docs/argument-rows.ts";
import { commandSpans, meansCommand, shellBlocks } from "../scripts/lib/docs/commands.ts";
import { type Documentation, readDocumentation } from "../scripts/lib/docs/documents.ts";
import { staleFiles } from "../scripts/lib/docs/generated-files.ts";
import { otherwise } from "../scripts/lib/docs/otherwise.ts";
import * as rules from "../scripts/lib/docs/rules.ts";
import type { ToolDoc } from "../scripts/lib/docs/tool-docs.ts";
import { toolReference } from "../scripts/lib/docs/tool-reference.ts";

let documentation: Documentation;
beforeAll(async () => {
  documentation = await readDocumentation();
});

/** The real workspace with other documents in it. */
function withDocuments(texts: Readonly<Record<string, string>>): Documentation {
  const documents = new Map(Object.entries(texts));
  const exists = async (path: string) => documents.has(path) || (await documentation.exists(path));
  return { ...documentation, documents, instructions: documents, exists };
}

/** A document that names a version of pnpm; in one piece, the mention would count as this file's own. */
const pnpm = (version: string) => `npx --yes pnpm@${version} test`;

interface Examples {
  readonly good: Readonly<Record<string, string>>;
  /** Each breaks the rule once. */
  readonly bad: readonly Readonly<Record<string, string>>[];
}

const examples: Readonly<Record<string, Examples>> = {
  linksLeadSomewhere: {
    good: {
      "docs/x.md":
        "# One `two` three\n[a](../README.md) [b](https://example.com/x) [c](#one-two-three) [d](x.md#one-two-three)",
      "docs/code.md": "    an array[0](nowhere.md)\n",
    },
    bad: [
      { "docs/x.md": "[a](README.md)" },
      { "docs/x.md": "[a](decisions/9999-nothing.md)" },
      { "docs/x.md": "[a][1]\n\n[1]: nowhere.md" },
      { "docs/x.md": "# One\n[a](#two)" },
      { "docs/x.md": "# One", "docs/y.md": "[a](x.md#two)" },
    ],
  },
  pathsExist: {
    good: {
      "a.md":
        "See packages/client, `e2e/lib`, `packages/server-*/src/tools.ts`, `contract/endpoint.ts`, `read-config.ts`, `dist/servers/x.js`, `~/src/my-project`, `/api/x.json`.",
    },
    bad: [
      { "a.md": "In packages/clint there is nothing." },
      { "a.md": "`packages/client/src/nothing.ts`" },
      { "a.md": "    scripts/nothing.ts --help" },
      { "a.md": "`contract/nothing.ts`" },
      { "a.md": "`nothing.ts`" },
      { "a.md": "`kubernetes/nothing.yaml`" },
      { "a.md": "`packages/server-*/src/nothing.ts`" },
    ],
  },
  scriptsExist: {
    good: { "a.md": `\`${pnpm("1.2.3")}\`, \`pnpm run build\`, \`pnpm install\`\n\n    pnpm test:chaos\n` },
    bad: [
      { "a.md": "`pnpm tests`" },
      { "a.md": "    pnpm run builds --now" },
      { "a.md": "```sh\npnpm doctors\n```\n" },
      { "a.md": `    ${pnpm("1.2.3").replace("test", "tset")}` },
    ],
  },
  commandsAreRun: {
    good: {
      "a.md": "`platform user list`, `git push`, `platform user create NAME`",
      "b.md": "```sh\nplatform user list\nplatform user create ada\n```\n\n```text\nid  name\n```\n",
    },
    bad: [
      { "a.md": "`platform user list`" },
      { "a.md": "`platform user create NAME`", "b.md": "```sh\nplatform user create\n```\n" },
      { "a.md": "```sh\nplatform user list # all\n```\n" },
      { "a.md": "Run this:\n\n    platform user list\n" },
      { "a.md": "```\nplatform user list\n```\n" },
      { "a.md": "```bash\nplatform user list\n```\n" },
      { "a.md": "```text\n$ platform user list\n```\n" },
    ],
  },
  onePnpm: {
    good: { "README.md": pnpm("1.2.3"), "a.md": `${pnpm("1.2.3")} \`pnpm test\`` },
    bad: [
      { "README.md": "pnpm test" },
      { "README.md": `${pnpm("1.2.3")} ${pnpm("1.2.4")}` },
      { "README.md": pnpm("1.2.3"), "a.md": `${pnpm("1.2.3")} ${pnpm("1.2.30")}` },
      { "README.md": pnpm("1.2.3"), "a.md": `("npx", ["--yes", "${pnpm("2.0.0").split(" ")[2]}"])` },
    ],
  },
} satisfies Record<keyof typeof rules, Examples>;

describe.each(Object.entries(rules))("%s", (name, rule) => {
  test("holds", async () => {
    expect(await rule(documentation)).toEqual([]);
  });

  test("can be broken", async () => {
    const { good, bad } = examples[name] ?? {};
    expect(await rule(withDocuments(good ?? {}))).toEqual([]);
    for (const example of bad ?? []) {
      expect(await rule(withDocuments(example)), JSON.stringify(example)).toHaveLength(1);
    }
  });
});

test("the rules see the documents and what says how to run them", () => {
  expect([...documentation.documents.keys()]).toEqual(
    expect.arrayContaining(["README.md", "AGENTS.md", "CONTRIBUTING.md", "docs/decisions/README.md"]),
  );
  expect([...documentation.instructions.keys()]).toEqual(
    expect.arrayContaining([".ci/run", ".github/workflows/ci.yml", "e2e/docs.test.ts", "scripts/test.ts"]),
  );
});

test.each(otherwise)(
  "$command is in a document, and what is said of why it is not entered holds",
  async ({ command, because }) => {
    const texts = [...documentation.documents.values()];
    const commands = texts.flatMap((text) => [...shellBlocks(text), ...commandSpans(text)]);
    expect(commands.filter((text) => meansCommand(command, text))).not.toEqual([]);
    if (typeof because === "string") return;
    const text = await readFile(join(root, because.file), "utf8");
    expect(text.includes(because.says), `${because.file} says ${because.says}`).toBe(true);
  },
);

test("what is generated is what it describes (if not: pnpm docs:generate)", async () => {
  expect(await staleFiles()).toEqual([]);
});

test.each([
  ["docs/pipelines.md", 3],
  ["docs/deployments.md", 1],
])("examples of pipelines in %s are definitions", (path, least) => {
  const document = documentation.documents.get(path) ?? "";
  const examples = [...document.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, example = ""]) => example);
  expect(examples.length).toBeGreaterThanOrEqual(least);
  for (const example of examples) expect(parseDefinition(example).steps).not.toEqual([]);
});

test("docs/deployments.md says what each status and each reason means", () => {
  const text = documentation.documents.get("docs/deployments.md") ?? "";
  for (const name of [...workloads.workloadStatus.options, ...workloads.workloadReason.options]) {
    expect(text.match(new RegExp(`^\\|.*\`${name}\`.*\\|`, "m")), name).not.toBeNull();
  }
});

describe("the tool reference", () => {
  test("tells roles, servers that are missing, arguments, permissions and endpoints", () => {
    const tool: ToolDoc = {
      name: "close_door",
      title: "Close door",
      description: "Close a | door.\nFast.",
      inputSchema: { properties: { door: { enum: ["left", "right"] } }, required: ["door"] },
      annotations: { readOnlyHint: false, idempotentHint: true },
      risk: "write",
      permissions: ["door:write"],
      scope: "project",
      uses: [{ method: "POST", path: "/api/doors" }],
      tokens: 42,
    };
    const text = toolReference({
      domains: ["core", "deploy"],
      roles: [
        {
          name: "dev",
          servers: new Map([["core", { tools: 1, tokens: 42 }]]),
          defaults: { PLATFORM_CROSS_PROJECT: "1" },
        },
        { name: "ops", servers: new Map([["deploy", undefined]]), defaults: {} },
      ],
      servers: [{ name: "platform-core", summary: "doors", instructions: "Doors.\nTwo.", tools: [tool] }],
    });
    expect(text).toContain("| dev | 1 tools, 42 |  | 1 | 42 |\n| ops |  | not yet | 0 | 0 |");
    expect(text).toContain("Role dev sets `PLATFORM_CROSS_PROJECT=1`.");
    expect(text).toContain("> Doors.\n> Two.");
    expect(text).toContain("| [`close_door`](#close_door) | write | project | `door:write` | 42 | Close door |");
    expect(text).toContain("### close_door\n\nClose a \\| door. Fast.\n");
    expect(text).toContain('| `door` | `"left"` or `"right"` | required |  |');
    expect(text).toContain(
      "true annotations: idempotentHint\n- permission: `door:write`\n- calls: `POST /api/doors`\n",
    );
  });

  test.each<[string, Readonly<Record<string, unknown>>, string, string]>([
    ["a number in a range", { type: "integer", minimum: 1, maximum: 9, default: 3 }, "integer 1-9", "default `3`"],
    ["a number from below", { type: "integer", minimum: 0 }, "integer from 0", "optional"],
    ["a list", { type: "array", items: { type: "string" } }, "list of string", "optional"],
    ["one of several", { anyOf: [{ type: "string" }, { type: "null" }] }, "string or null", "optional"],
    ["a constant", { const: "x", default: "x" }, '`"x"`', 'default `"x"`'],
    ["anything", {}, "anything", "optional"],
  ])("tells the type of %s", (_, schema, type, presence) => {
    expect(argumentRows({ properties: { x: schema }, required: [] })).toEqual([["`x`", type, presence, ""]]);
  });
});
