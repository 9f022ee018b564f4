import { readdir } from "node:fs/promises";
import { basename } from "node:path";
import { roles } from "@platform-mcp/runner";
import { realTokens } from "@platform-mcp/server-kit/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { serverBundles } from "../lib/bundles.ts";
import { StdioServer } from "../lib/stdio-server.ts";

/** A tool as `tools/list` gives it. */
interface Definition {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: Schema;
  readonly annotations: Readonly<Record<string, unknown>>;
}

interface Schema {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly [keyword: string]: unknown;
}

interface Listed {
  readonly server: string;
  readonly instructions: string;
  readonly tools: readonly Definition[];
}

const project = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";
/** Nothing listens there: listing needs no platform. */
const env = { PLATFORM_API_URL: "http://127.0.0.1:9", PLATFORM_API_TOKEN: "token" };

/** Where a session may stand, as far as definitions differ by it. */
const scopes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "bound to a project": { PROJECT_ID: project },
  "bound to none": {},
  "with PLATFORM_CROSS_PROJECT": { PROJECT_ID: project, PLATFORM_CROSS_PROJECT: "1" },
};

async function listTools(file: string, scope: Readonly<Record<string, string>>): Promise<Listed> {
  await using server = new StdioServer({ file, env: { ...env, ...scope } });
  const { instructions } = await server.initialize();
  const { result } = await server.request("tools/list");
  const tools = Array.isArray(result?.tools) ? result.tools : [];
  return { server: basename(file, ".js"), instructions: String(instructions), tools };
}

/** Every server, by its name, in every scope. */
const listed = new Map<string, ReadonlyMap<string, Listed>>();
beforeAll(async () => {
  const directory = await serverBundles();
  const files = (await readdir(directory)).filter((name) => name.endsWith(".js")).sort();
  for (const file of files) {
    const inScopes = Object.entries(scopes).map(
      async ([name, scope]) => [name, await listTools(`${directory}/${file}`, scope)] as const,
    );
    listed.set(basename(file, ".js"), new Map(await Promise.all(inScopes)));
  }
});

const everything = () => [...listed.values()].flatMap((inScopes) => [...inScopes.values()]);
const bound = (server: string) => listed.get(server)?.get("bound to a project");

/** What a host sends to the model of a tool. */
function sent({ name, description, inputSchema }: Definition): string {
  return JSON.stringify({ name, description, input_schema: inputSchema });
}

test("platform-core is among the servers", () => {
  expect([...listed.keys()]).toContain("platform-core");
});

test("descriptions are under 600 bytes, instructions under 2 KB, and neither is empty", () => {
  for (const { instructions, tools } of everything()) {
    expect(Buffer.byteLength(instructions)).toBeLessThan(2048);
    expect(instructions).toMatch(/^\S/);
    for (const { name, description } of tools) {
      expect(Buffer.byteLength(description), name).toBeLessThan(600);
      expect(description, name).toMatch(/^[A-Z][\s\S]*\.$/);
    }
  }
});

test("names are unique over all servers, and fit a host's limit with their prefix", () => {
  const names = [...listed.keys()].flatMap(
    (server) => bound(server)?.tools.map(({ name }) => [server, name] as const) ?? [],
  );
  expect(new Set(names.map(([, name]) => name)).size).toBe(names.length);
  for (const [server, name] of names) {
    expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(`mcp__${server}__${name}`.length).toBeLessThanOrEqual(64);
  }
});

test("every tool carries all four annotations, and they agree", () => {
  for (const { tools } of everything()) {
    for (const { name, title, annotations } of tools) {
      expect(title, name).toMatch(/^[A-Z]/);
      expect(Object.keys(annotations).sort(), name).toEqual([
        "destructiveHint",
        "idempotentHint",
        "openWorldHint",
        "readOnlyHint",
      ]);
      for (const hint of Object.values(annotations)) expect(hint, name).toBeTypeOf("boolean");
      if (annotations.readOnlyHint === true) {
        expect(annotations, name).toMatchObject({ destructiveHint: false, idempotentHint: true });
      }
    }
  }
});

test("tools of core only read", () => {
  expect(bound("platform-core")?.tools.every(({ annotations }) => annotations.readOnlyHint)).toBe(true);
});

describe("schemas", () => {
  test("have a flat object as their root, without noise", () => {
    for (const { tools } of everything()) {
      for (const { name, inputSchema } of tools) {
        expect(inputSchema.type, name).toBe("object");
        expect(["properties", "required", "type"], name).toEqual(expect.arrayContaining(Object.keys(inputSchema)));
        expect(Object.keys(inputSchema.properties ?? {}), name).toEqual(
          expect.arrayContaining([inputSchema.required ?? []].flat()),
        );
        checkSchema(inputSchema, name);
      }
    }
  });

  /** Property names are counted apart from keywords. */
  function checkSchema(schema: Schema, where: string): void {
    const keywords = ["$schema", "$ref", "$defs", "additionalProperties", "propertyNames", "pattern"];
    for (const keyword of keywords) expect(schema, where).not.toHaveProperty([keyword]);
    for (const limit of [schema.minimum, schema.maximum]) {
      expect(Math.abs(Number(limit ?? 0)), where).toBeLessThan(Number.MAX_SAFE_INTEGER);
    }
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      expect(name, where).toMatch(/^[a-zA-Z0-9_.-]{1,64}$/);
      checkSchema(property, `${where}.${name}`);
    }
    for (const nested of [schema.items, schema.anyOf].flat()) {
      if (typeof nested === "object" && nested !== null) checkSchema({ ...nested }, where);
    }
  }
});

/** Tokens that a role's definitions may cost a model, at most. */
const roleBudgets: Readonly<Record<string, number>> = { dev: 6000, ops: 6500, admin: 12_000, ui: 6000 };

describe("tokens, as a host sends definitions to a model", () => {
  test("a tool costs 180 on average at most, in every server", () => {
    for (const server of listed.keys()) {
      const rows = (bound(server)?.tools ?? []).map((tool) => [tool.name, realTokens(sent(tool))] as const);
      const total = rows.reduce((sum, [, tokens]) => sum + tokens, 0);
      const mean = total / rows.length;
      const line = (name: string, tokens: number) => `${name.padEnd(26)} ${tokens.toFixed(0).padStart(6)}\n`;
      process.stdout.write(
        `\n${server}\n${rows.map(([name, tokens]) => line(name, tokens)).join("")}${line("total", total)}${line("mean", mean)}`,
      );
      expect(mean).toBeLessThanOrEqual(180);
    }
  });

  test.each([...roles.values()])("role $name stays within its budget", ({ name, servers, defaults }) => {
    const scope = defaults.PLATFORM_CROSS_PROJECT === "1" ? "with PLATFORM_CROSS_PROJECT" : "bound to a project";
    const inRole = servers.map((domain) => listed.get(`platform-${domain}`)?.get(scope)?.tools ?? []);
    // Each of its servers is there.
    expect(inRole.map((tools) => tools.length)).not.toContain(0);
    const tools = inRole.flat();
    const tokens = tools.reduce((sum, tool) => sum + realTokens(sent(tool)), 0);
    process.stdout.write(`role ${name}: ${tools.length} tools, ${tokens} tokens\n`);
    expect(tokens / tools.length).toBeLessThanOrEqual(180);
    expect(tokens).toBeLessThanOrEqual(roleBudgets[name] ?? 0);
  });
});

/** Written anew by `vitest -u`. */
const golden = (name: string) => `__golden__/${name}.json`;
const pretty = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

describe("what hosts are told changes on purpose only", () => {
  test("each server's tools, instructions and all", async () => {
    for (const [server, inScopes] of listed) {
      const { instructions, tools } = inScopes.get("bound to a project") ?? {};
      await expect(pretty({ instructions, tools })).toMatchFileSnapshot(golden(server));
    }
  });

  test.each([...roles.values()])("the tools of role $name", async ({ name, servers }) => {
    const tools = servers.map((domain) => {
      const server = `platform-${domain}`;
      return [server, bound(server)?.tools.map((tool) => tool.name)] as const;
    });
    await expect(pretty(Object.fromEntries(tools))).toMatchFileSnapshot(golden(`role-${name}`));
  });
});
