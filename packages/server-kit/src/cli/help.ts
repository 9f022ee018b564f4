import type { ServerDefinition } from "../server-definition.ts";

/** The text of `--help`. */
export function helpText({ name, summary, tools, settings = [] }: ServerDefinition): string {
  return `${name}: ${summary}

An MCP server over stdio. A host such as Claude Code starts it; by hand:

  ${name} [--help | --version | --list-tools [--json] | --check [--json]]

  --list-tools   what it offers under the current environment, and the permissions each tool needs
  --check        whether it can work: configuration, platform, token, permissions (exit code 0, 1, or 2)
  --json         the same for programs

Environment (empty means unset)
  PLATFORM_API_URL            where the platform is (default http://127.0.0.1:8080)
  PLATFORM_API_TOKEN          the token, or
  PLATFORM_API_TOKEN_FILE     a file that holds it; read again when it changes
  PROJECT_ID                  the one project that the tools work on; without it each call names one
  PLATFORM_CROSS_PROJECT      1: calls may name another project than PROJECT_ID
  PLATFORM_READ_ONLY          1: only tools that change nothing
  PLATFORM_TOOLS_ALLOW        names of the only tools to offer, separated by commas
  PLATFORM_TOOLS_DENY         names of tools not to offer
  PLATFORM_CONFIRM            destructive: a person is asked before calls that change what is live
  PLATFORM_MCP_OUTPUT         text (default) or structured
  PLATFORM_MCP_RESULT_TOKENS  tokens that one result may cost (default 8000)
${settings.map((setting) => `  ${setting.name.padEnd(27)} ${setting.help}\n`).join("")}  HTTP_PROXY, HTTPS_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS are honoured.

Tools
${tools.map((tool) => `  ${tool.name.padEnd(24)} ${tool.title}`).join("\n")}
`;
}
