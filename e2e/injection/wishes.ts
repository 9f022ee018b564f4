import type { Client } from "./client.ts";

/** What a session is asked for with; each of them may be hostile. */
export interface Wishes {
  readonly prompt?: string;
  readonly branch?: string;
  readonly model?: string;
  /** Texts that setup commands write, each into a file `setup-NUMBER`, counted from 0. */
  readonly setup?: readonly string[];
  /** A secret of the project, which the agent gets as HOSTILE. */
  readonly secret?: string;
}

export interface AskedSession {
  readonly id: string;
  readonly project: string;
  readonly branch: string;
  /** What was taken: what is missing was refused, by a 400 that names it. */
  readonly taken: Wishes;
}

/** By the place in the request's body that a refusal names. */
const wishAt: Readonly<Record<string, keyof Wishes>> = {
  prompt: "prompt",
  branch: "branch",
  "config.model": "model",
  "config.setup_commands.0": "setup",
};

/**
 * Asks for a session, and again without what was refused, until it is given one.
 * @throws when a refusal is no 400 that names just such values
 */
export async function askFor(client: Client, project: string, wishes: Wishes): Promise<AskedSession> {
  const taken: { -readonly [Wish in keyof Wishes]: Wishes[Wish] } = { ...wishes };
  if (taken.secret !== undefined) {
    const body = { name: "HOSTILE", value: taken.secret, scope: "agent" };
    const answer = await client.send("POST", `projects/${project}/secrets`, body);
    if (answer.status !== 201) {
      requireNamed(answer, ["value"]);
      delete taken.secret;
    }
  }
  for (;;) {
    const answer = await client.send("POST", `projects/${project}/sessions`, bodyOf(taken));
    if (answer.status === 201) return { id: answer.body.id, project, branch: answer.body.branch, taken };
    const wanted = Object.keys(wishAt).filter((path) => taken[wishAt[path] ?? "prompt"] !== undefined);
    for (const path of requireNamed(answer, wanted)) delete taken[wishAt[path] ?? "prompt"];
  }
}

/** The places that a refusal names. @throws unless it is a 400 that names some, and no others than these */
export function requireNamed(
  { status, body, text }: Awaited<ReturnType<Client["send"]>>,
  among: readonly string[],
): readonly string[] {
  const paths: readonly string[] = (body?.fields ?? []).map(({ path }: { path: string }) => path);
  if (status === 400 && paths.length > 0 && paths.every((path) => among.includes(path))) return paths;
  throw new Error(`not a refusal of ${among.join(", ")}: ${status} ${text.slice(0, 1000)}`);
}

function bodyOf({ prompt = "Do it", branch, model, setup }: Wishes) {
  return { prompt, branch, config: { model, setup_commands: setup?.map(writing) } };
}

/** A command that writes a text, which the shell takes as it stands, into a file. */
function writing(text: string, index: number): string {
  return `printf %s '${text.replaceAll("'", "'\\''")}' > setup-${index}`;
}
