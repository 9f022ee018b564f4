/** The text of `--help`. */
export const helpText = `runner: the MCP servers of an agent role, and sessions with them

  runner run [CLAUDE OPTIONS] [-- PROMPT]
      runs Claude Code with the role's servers in a clone, and saves the work whatever becomes of it: checkpoints while
      it runs, afterwards everything that is not on the platform yet is committed and pushed
      (exit code: Claude Code's; 70 when work could not be pushed; 64, 78 when it could not start).
      Without a command, arguments that begin with an option are those of run.

  runner clone
      makes the clone for run, from CLONE_URL, on the session's branch, which it makes when the platform does not have it
      (exit code: 1 when git fails)

  runner config [--role ROLE] [--servers DIR] [--node PATH] [--allow-missing]
      prints an .mcp.json that loads the role's servers; credentials are referred to, never written

  runner doctor [--role ROLE] [--servers DIR] [--node PATH] [--allow-missing] [--json]
      starts the role's servers as Claude Code would, and tells whether an agent could work with them: each tool with the
      permissions it needs and whether the token has them, each server
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
  MCP_SERVERS_DIR      where run finds the bundles (default: as for --servers)
  AGENT_TOOLS          the directory of the claude and git that the runner starts (default: as found in PATH)
  MCP_ALLOW_MISSING    1: run goes without the servers that have no bundle
  PROMPT_FILE          a file with the prompt of run, whose arguments are then all options
  MESSAGES_AFTER       the number of the prompt's event in the session SESSION_ID of PROJECT_ID: what users say after it
                       reaches the agent while it runs
  CLONE_URL            the repository, for clone
  PLATFORM_USER        whose token it is, for git; not needed when the clone's URL says it
  WORKSPACE            the clone (default: the current directory)
  BRANCH               the branch that gets the work (default: agent/ and the first 8 characters of SESSION_ID)
  SESSION_ID           names the session and what it leaves (default: local)
  RESCUE_DIR           where a git bundle is left when nothing can be pushed (default: WORKSPACE with -rescue)
  CHECKPOINT_SECONDS   between two checkpoints of the work tree on the platform (default: 90)
  PUSH_SECONDS         for how long the platform is waited for when the work is saved (default: 90)
  The servers read the rest: see --help of each.
`;
