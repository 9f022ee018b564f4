import type { OtlpSettings } from "../../observe/own/otlp-settings.ts";
import type { AgentPlan } from "../../runtime/agent.ts";
import { mostMinutes } from "../extend-session.ts";
import { savingMinutes } from "../identity-end.ts";
import type { SessionWork } from "./read-session.ts";

/** What the runtime tells an agent, or the platform through it: nobody else may. */
const runtimeVariables = ["PLATFORM_API_URL", "PLATFORM_API_TOKEN_FILE", "WORKSPACE", "HOME", "RESCUE_DIR"];

interface AgentSources {
  readonly work: SessionWork;
  readonly token: string;
  /** The project's. */
  readonly secrets: ReadonlyMap<string, string>;
  /** What agents get of the platform's own environment: a secret of the project counts for more. */
  readonly inherited: Readonly<Record<string, string>>;
  /** How it sends telemetry; asked with the names of what it is given otherwise. */
  readonly settingsFor: (taken: readonly string[]) => OtlpSettings;
}

/** How an agent is to be run. */
export function agentPlan({ work, token, secrets, inherited, settingsFor }: AgentSources): AgentPlan {
  const { id, project_id, branch, config } = work;
  const environment = {
    SESSION_ID: id,
    PROJECT_ID: project_id,
    BRANCH: branch,
    AGENT_ROLE: work.role,
    PLATFORM_USER: work.agent_name,
    // The first is the prompt.
    MESSAGES_AFTER: "1",
  };
  const isFree = (name: string) => !Object.hasOwn(environment, name) && !runtimeVariables.includes(name);
  const given = Object.entries({ ...inherited, ...Object.fromEntries(secrets) }).filter(([name]) => isFree(name));
  const settings = settingsFor(given.map(([name]) => name));
  return {
    sessionId: id,
    projectId: project_id,
    image: work.image,
    setupCommands: config.setup_commands ?? [],
    environment: { ...settings.environment, ...environment },
    secrets: { ...settings.secrets, ...Object.fromEntries(given), PLATFORM_API_TOKEN: token },
    clone: {
      path: `/${work.owner_name}/${work.project_name}.git`,
      user: work.agent_name,
      branch,
      defaultBranch: work.default_branch,
    },
    options: [
      ...(config.model ? ["--model", config.model] : []),
      ...(config.max_turns ? ["--max-turns", String(config.max_turns)] : []),
    ],
    prompt: work.prompt,
    mostSeconds: (mostMinutes + savingMinutes) * 60,
  };
}
