import { describe, expect, test } from "vitest";
import { mcpConfig } from "./mcp-config.ts";
import { type Role, roles } from "./roles.ts";

function configOf(role: Role) {
  return mcpConfig({ role, domains: role.servers, serversDir: "/opt/servers", node: "node" });
}

function roleNamed(name: string): Role {
  const role = roles.get(name);
  if (role === undefined) throw new Error(`no role ${name}`);
  return role;
}

/** One line a server, with a mark on those that are always loaded. */
function outline(name: string): string[] {
  return Object.entries(configOf(roleNamed(name)).mcpServers).map(
    ([server, { alwaysLoad }]) => `${server}${alwaysLoad ? " (always loaded)" : ""}`,
  );
}

describe("the servers of a role", () => {
  test("dev", () => {
    expect(outline("dev")).toMatchInlineSnapshot(`
      [
        "platform-core (always loaded)",
        "platform-pipeline (always loaded)",
        "platform-issues (always loaded)",
      ]
    `);
  });
  test("ops", () => {
    expect(outline("ops")).toMatchInlineSnapshot(`
      [
        "platform-core (always loaded)",
        "platform-pipeline",
        "platform-deploy (always loaded)",
        "platform-observe (always loaded)",
      ]
    `);
  });
  test("admin", () => {
    expect(outline("admin")).toMatchInlineSnapshot(`
      [
        "platform-core (always loaded)",
        "platform-pipeline",
        "platform-issues",
        "platform-deploy",
        "platform-observe",
        "platform-admin (always loaded)",
      ]
    `);
  });
  test("ui", () => {
    expect(outline("ui")).toMatchInlineSnapshot(`
      [
        "platform-core (always loaded)",
        "platform-issues (always loaded)",
      ]
    `);
  });
});

test("a server's entry runs its bundle and refers to what it needs by name", () => {
  expect(configOf(roleNamed("dev")).mcpServers["platform-issues"]).toMatchInlineSnapshot(`
    {
      "alwaysLoad": true,
      "args": [
        "/opt/servers/platform-issues.js",
      ],
      "command": "node",
      "env": {
        "HTTPS_PROXY": "\${HTTPS_PROXY:-}",
        "HTTP_PROXY": "\${HTTP_PROXY:-}",
        "NODE_COMPILE_CACHE": "\${NODE_COMPILE_CACHE:-}",
        "NODE_EXTRA_CA_CERTS": "\${NODE_EXTRA_CA_CERTS:-}",
        "NO_PROXY": "\${NO_PROXY:-}",
        "PLATFORM_API_TOKEN": "\${PLATFORM_API_TOKEN:-}",
        "PLATFORM_API_TOKEN_FILE": "\${PLATFORM_API_TOKEN_FILE:-}",
        "PLATFORM_API_URL": "\${PLATFORM_API_URL:-}",
        "PLATFORM_CONFIRM": "\${PLATFORM_CONFIRM:-}",
        "PLATFORM_CROSS_PROJECT": "\${PLATFORM_CROSS_PROJECT:-}",
        "PLATFORM_DOWNLOAD_DIR": "\${PLATFORM_DOWNLOAD_DIR:-}",
        "PLATFORM_MCP_OUTPUT": "\${PLATFORM_MCP_OUTPUT:-}",
        "PLATFORM_MCP_RESULT_TOKENS": "\${PLATFORM_MCP_RESULT_TOKENS:-}",
        "PLATFORM_READ_ONLY": "\${PLATFORM_READ_ONLY:-}",
        "PLATFORM_SESSION_ID": "\${PLATFORM_SESSION_ID:-}",
        "PLATFORM_TOOLS_ALLOW": "\${PLATFORM_TOOLS_ALLOW:-}",
        "PLATFORM_TOOLS_DENY": "\${PLATFORM_TOOLS_DENY:-}",
        "PROJECT_ID": "\${PROJECT_ID:-}",
        "http_proxy": "\${http_proxy:-}",
        "https_proxy": "\${https_proxy:-}",
        "no_proxy": "\${no_proxy:-}",
      },
      "type": "stdio",
    }
  `);
});

test("a role's defaults hold where the environment sets nothing", () => {
  expect(configOf(roleNamed("admin")).mcpServers["platform-core"]?.env.PLATFORM_CROSS_PROJECT).toBe(
    `\${PLATFORM_CROSS_PROJECT:-1}`,
  );
});

test("only the servers asked for are written, for the Node asked for", () => {
  const { mcpServers } = mcpConfig({
    role: roleNamed("dev"),
    domains: ["core"],
    serversDir: "/opt/servers",
    node: "/opt/node/bin/node",
  });
  expect(Object.keys(mcpServers)).toEqual(["platform-core"]);
  expect(mcpServers["platform-core"]?.command).toBe("/opt/node/bin/node");
});

test("every role names each server once and keeps only its own at hand", () => {
  for (const { servers, hot } of roles.values()) {
    expect(new Set(servers).size).toBe(servers.length);
    expect(servers).toEqual(expect.arrayContaining([...hot]));
    expect(hot).toContain("core");
  }
});
