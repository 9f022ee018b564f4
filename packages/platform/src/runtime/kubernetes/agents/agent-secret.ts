import type { AgentPlan } from "../../agent.ts";
import { assertSecretHolds } from "../owned-secret.ts";

/** What of an agent is in its Secret, by key. Keys are ours: no name or text of a user is one. */
export interface SecretContent {
  readonly data: Readonly<Record<string, string>>;
  /** The key of each variable, by its name. */
  readonly variables: Readonly<Record<string, string>>;
  /** The keys of each setup command: what is run, and what it is called when it fails. */
  readonly setup: readonly { readonly command: string; readonly name: string }[];
}

/** The key of the prompt. */
export const promptKey = "prompt";

/** Characters of a command by which it is known. */
const nameLength = 200;

/**
 * Sorts what an agent needs and nobody else may read into the keys of a Secret.
 * @throws StartError when it is more than a Secret can hold
 */
export function secretContent({ secrets, prompt, setupCommands }: AgentPlan): SecretContent {
  const variables = Object.keys(secrets).map((name, index) => [name, `variable-${index}`] as const);
  const setup = setupCommands.map((_, index) => ({ command: `setup-${index}`, name: `setup-${index}-name` }));
  const data: Record<string, string> = { [promptKey]: prompt };
  for (const [name, key] of variables) data[key] = secrets[name] ?? "";
  for (const [index, { command, name }] of setup.entries()) {
    data[command] = setupCommands[index] ?? "";
    data[name] = shortened(setupCommands[index] ?? "");
  }
  assertSecretHolds(data, "The prompt, the setup commands and the secrets are");
  return { data, variables: Object.fromEntries(variables), setup };
}

/** One line, and by whole characters, as a shell could not cut it. */
function shortened(command: string): string {
  const line = command.replace(/\s+/g, " ").trim();
  const characters = [...line];
  return characters.length > nameLength ? `${characters.slice(0, nameLength).join("")}…` : line;
}
