import { uuid } from "../contract/values.ts";
import { ConfigError } from "../errors/config-error.ts";
import { proxyProblems } from "./proxy-environment.ts";
import { fileToken } from "./token-file.ts";
import { fixedToken, isToken, type TokenSource } from "./token-source.ts";
import { type Environment, readVariable } from "./variable.ts";

/** Where the platform is, and who asks. */
export interface ClientConfig {
  /** The platform's base URL; a path prefix is kept. */
  readonly apiUrl: URL;
  readonly token: TokenSource;
  /** The one project this session works on. */
  readonly projectId: string | undefined;
  /** The agent session, for the platform's records. */
  readonly sessionId: string | undefined;
}

const defaultApiUrl = "http://127.0.0.1:8080";

function readApiUrl(env: Environment): URL {
  const value = readVariable(env, "PLATFORM_API_URL") ?? defaultApiUrl;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new ConfigError(`PLATFORM_API_URL must be an http or https URL, such as ${defaultApiUrl}`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new ConfigError("PLATFORM_API_URL must not hold a user or password: the token goes in PLATFORM_API_TOKEN");
  }
  if (url.search !== "" || url.hash !== "") {
    throw new ConfigError("PLATFORM_API_URL must not have a query or fragment");
  }
  return url;
}

function readToken(env: Environment): TokenSource {
  const token = readVariable(env, "PLATFORM_API_TOKEN");
  const file = readVariable(env, "PLATFORM_API_TOKEN_FILE");
  if (token !== undefined && file !== undefined) {
    throw new ConfigError("PLATFORM_API_TOKEN and PLATFORM_API_TOKEN_FILE are both set: remove one of them");
  }
  if (file !== undefined) return fileToken(file, "PLATFORM_API_TOKEN_FILE");
  if (token === undefined) {
    throw new ConfigError(
      "PLATFORM_API_TOKEN is not set: set it to an API token, or PLATFORM_API_TOKEN_FILE to a file that holds one",
    );
  }
  if (!isToken(token)) throw new ConfigError("PLATFORM_API_TOKEN must be one token, without spaces or line breaks");
  return fixedToken(token, "PLATFORM_API_TOKEN");
}

function readProjectId(env: Environment): string | undefined {
  const value = readVariable(env, "PROJECT_ID")?.toLowerCase();
  if (value !== undefined && !uuid.safeParse(value).success) {
    throw new ConfigError("PROJECT_ID must be a UUID, such as 6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11");
  }
  return value;
}

function readSessionId(env: Environment): string | undefined {
  const name =
    readVariable(env, "PLATFORM_SESSION_ID") === undefined ? "CLAUDE_CODE_SESSION_ID" : "PLATFORM_SESSION_ID";
  const value = readVariable(env, name);
  if (value !== undefined && !/^[\x21-\x7e]{1,200}$/.test(value)) {
    throw new ConfigError(`${name} must be at most 200 visible ASCII characters`);
  }
  return value;
}

/**
 * Reads what a client needs from the environment. An empty variable is an unset one.
 * @throws ConfigError with one line that names every bad variable and says what to do.
 */
export function readConfig(env: Environment): ClientConfig {
  const problems: string[] = proxyProblems(env);
  function read<Value>(reader: (env: Environment) => Value): Value | undefined {
    try {
      return reader(env);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(error.message);
      return undefined;
    }
  }
  const apiUrl = read(readApiUrl);
  const token = read(readToken);
  const projectId = read(readProjectId);
  const sessionId = read(readSessionId);
  if (problems.length > 0 || apiUrl === undefined || token === undefined) throw new ConfigError(problems.join("; "));
  return { apiUrl, token, projectId, sessionId };
}
