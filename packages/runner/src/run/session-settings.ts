import { isAbsolute } from "node:path";
import { RunnerError } from "../runner-error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What a session's environment says about it. */
export interface SessionSettings {
  /** Names what the session leaves: branches, bundles. */
  readonly session: string;
  /** The branch that gets the work. */
  readonly branch: string;
  /** The repository's clone. */
  readonly workspace: string;
  /** Where a bundle of unsaved work is left when nothing can be pushed. */
  readonly rescueDirectory: string;
  /** Seconds between two checkpoints. */
  readonly checkpointSeconds: number;
  /** Seconds for which the platform is waited for, to clone from it or to push all that is to be saved. */
  readonly pushSeconds: number;
  /** The platform's base URL, without a slash at the end. */
  readonly platformUrl: string;
  /** Messages of users are passed on to the agent; undefined when they are not. */
  readonly messages: MessageSettings | undefined;
}

export interface MessageSettings {
  /** Where the session's events are. */
  readonly url: string;
  /** The number of the event after which they are of interest. */
  readonly after: number;
}

/**
 * Reads the session from the environment; empty means unset.
 * @throws RunnerError when something is missing or malformed
 */
export function readSessionSettings(env: Environment, cwd: string): SessionSettings {
  const given = (name: string) => env[name]?.trim() || undefined;
  if (given("PLATFORM_API_TOKEN") === undefined && given("PLATFORM_API_TOKEN_FILE") === undefined) {
    throw new RunnerError("configuration", "PLATFORM_API_TOKEN or PLATFORM_API_TOKEN_FILE must be set: pushes need it");
  }
  const session = given("SESSION_ID") ?? "local";
  if (!/^[\w-]{1,64}$/.test(session)) {
    throw new RunnerError("configuration", "SESSION_ID must hold letters, digits, '_' and '-' only");
  }
  const workspace = given("WORKSPACE") ?? cwd;
  const rescueDirectory = given("RESCUE_DIR") ?? `${workspace}-rescue`;
  for (const [name, path] of Object.entries({ WORKSPACE: workspace, RESCUE_DIR: rescueDirectory })) {
    if (!isAbsolute(path)) throw new RunnerError("configuration", `${name} must be an absolute path`);
  }
  const platformUrl = readPlatformUrl(given("PLATFORM_API_URL"));
  const after = given("MESSAGES_AFTER");
  const [project, id] = [given("PROJECT_ID"), given("SESSION_ID")];
  if (after !== undefined && (project === undefined || id === undefined)) {
    throw new RunnerError("configuration", "MESSAGES_AFTER needs PROJECT_ID and SESSION_ID");
  }
  return {
    session,
    branch: branchName(given("BRANCH") ?? `agent/${session.slice(0, 8)}`),
    workspace,
    rescueDirectory,
    checkpointSeconds: seconds("CHECKPOINT_SECONDS", given("CHECKPOINT_SECONDS") ?? "90"),
    pushSeconds: seconds("PUSH_SECONDS", given("PUSH_SECONDS") ?? "90"),
    platformUrl,
    messages:
      after === undefined
        ? undefined
        : {
            url: `${platformUrl}/api/projects/${encodeURIComponent(project ?? "")}/sessions/${id}/events`,
            after: wholeNumber("MESSAGES_AFTER", after),
          },
  };
}

function readPlatformUrl(given = "http://127.0.0.1:8080"): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    throw new RunnerError("configuration", "PLATFORM_API_URL must be an http or https URL without a user");
  }
  return url.href.replace(/\/+$/, "");
}

/** What the platform takes for a branch name, and git for a ref that cannot be read as anything else. */
function branchName(name: string): string {
  if (
    name.length > 255 ||
    !/^(?!-|\/)(?!.*(?:\.\.|\/\/|@\{|\.lock(?:\/|$)|\/\.))[^\p{Cc} ~^:?*[\\;|$`]+(?<![/.])$/u.test(name)
  ) {
    throw new RunnerError("configuration", `BRANCH ${JSON.stringify(name)} is not a branch name`);
  }
  return name;
}

function seconds(name: string, text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new RunnerError("configuration", `${name} must be a number of seconds`);
  return Number(text);
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new RunnerError("configuration", `${name} must be a whole number`);
  return Number(text);
}
