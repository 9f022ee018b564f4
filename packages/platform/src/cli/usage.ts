import { commands } from "./commands.ts";
import type { Command } from "./define-command.ts";

/** The text of `platform --help`, or of `platform GROUP --help` for some of the commands. */
export function usage(shown: readonly Command[] = commands): string {
  return `platform: projects and git repositories for people and their coding agents

${shown.map((command) => command.usage).join("")}
  DIR is .platform unless --data or PLATFORM_DATA says otherwise. Commands work while the platform serves.

  The session commands talk to the platform that serves from DIR, as its operator; or to the one at PLATFORM_API_URL
  (default http://127.0.0.1:8080) with the token in PLATFORM_API_TOKEN, or in the file PLATFORM_API_TOKEN_FILE names.

Environment (empty means unset)
  PLATFORM_LISTEN     HOST:PORT to listen on (default 127.0.0.1:8080)
  PLATFORM_DATA       the directory that holds everything (default .platform)
  PLATFORM_APPS_LISTEN
                      HOST:PORT where deployments and previews answer (default: 127.0.0.1, the port after the platform's)
  DATABASE_URL        a PostgreSQL server, 15 or newer, instead of the embedded one
  PLATFORM_MASTER_KEY what secrets are encrypted under, 64 hexadecimal digits (default: made up, in DIR/master.key)
  PLATFORM_LOG_LEVEL  trace, debug, info (default), warn, error, fatal, silent
  PLATFORM_ADMIN_PASSWORD
                      the password of the user admin, when they have none yet (default: made up, in DIR/admin.env)
  PLATFORM_SECURE_COOKIES
                      true when browsers come over HTTPS
  PLATFORM_MAX_PUSH_BYTES
                      the largest pack that a push may send (default 2147483648)
  PLATFORM_MAX_LOG_BYTES
                      the largest log of one step (default 268435456)
  PLATFORM_MAX_ARTIFACT_BYTES
                      the largest artifact (default 1073741824)
  PLATFORM_MAX_STEPS  how many steps of pipelines run at the same time (default: processors, at least 2)
  PLATFORM_MAX_SESSIONS
                      how many sessions of agents run at the same time (default 4)
  PLATFORM_PREVIEW_TTL_HOURS
                      how long a preview is kept after the last push of its branch (default 24)
  PLATFORM_MAX_PREVIEWS
                      how many previews a project may have at a time (default 10)
  PLATFORM_REGISTRY_URL
                      where images are pushed and pulled, HOST:PORT/PATH (default localhost:5000)
  PLATFORM_AGENT_ENV  which variables of this environment agents get, separated by commas (default: Claude Code's
                      credentials, ANTHROPIC_BASE_URL, proxies)
  PLATFORM_AGENT_IMAGE
                      what agents run in on Kubernetes (default platform-claude-runner:latest)
  PLATFORM_RATE_LIMITS
                      requests a minute, such as read=6000,git=0 (0: no limit), or off
  PLATFORM_TRUST_PROXY
                      true when a proxy sets X-Forwarded-For on every request
  PLATFORM_TRUST_REPOSITORIES
                      true to listen beyond this machine although whoever can push runs programs on it
  PLATFORM_WEBHOOK_ALLOW
                      hosts and addresses inside the network that webhooks may call, such as
                      receiver.internal,10.1.0.0/16
  OTEL_EXPORTER_OTLP_ENDPOINT
                      an OTLP/HTTP receiver's URL, to send traces to
`;
}
