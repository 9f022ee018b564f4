/** The text of `--help`. */
export const helpText = `runner: the MCP servers of an agent role

  runner config [--role ROLE] [--servers DIR] [--node PATH] [--allow-missing]
      prints an .mcp.json that loads the role's servers; credentials are referred to, never written

  runner doctor [--role ROLE] [--servers DIR] [--node PATH] [--allow-missing] [--json]
      starts the role's servers as Claude Code would, and tells whether an agent could work with them
      (exit code 0 when all is well, 1 when something is not)

  --role ROLE      dev, ops, admin, ui, or a role of PLATFORM_ROLES_FILE (default: AGENT_ROLE, else dev)
  --servers DIR    where the bundles are (default: /usr/local/lib/mcp/servers, else servers beside this program)
  --node PATH      the Node that runs the servers (default: node, as found in PATH)
  --allow-missing  goes without the servers that have no bundle, instead of failing with exit code 78
  --json           the report for programs
  --help, --version

Environment (empty means unset)
  AGENT_ROLE           the role when --role names none
  PLATFORM_ROLES_FILE  a JSON file that adds or replaces roles:
                       { "reviewer": { "servers": ["core", "issues"], "hot": ["core"],
                                       "defaults": { "PLATFORM_READ_ONLY": "1" } } }
  The servers read the rest: see --help of each.
`;
