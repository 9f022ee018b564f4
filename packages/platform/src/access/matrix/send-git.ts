import type { Actor, Target } from "./actors.ts";
import type { GitScheme, GitVerb } from "./git-expectations.ts";
import type { Commits, World } from "./world.ts";

interface GitCall {
  readonly verb: GitVerb;
  readonly scheme: GitScheme;
  readonly actor: Actor;
  readonly target: Target;
}

/** Makes one of the requests of a clone or a push, and gives what came of it in the words of the expectations. */
export async function sendGit(world: World, { verb, scheme, actor, target }: GitCall): Promise<string> {
  const { path, content, success } = messages(verb, world);
  const headers = new Headers(credential(scheme, actor));
  if (content !== undefined) headers.set("content-type", `application/x-git-${serviceOf(verb)}-request`);
  const init = { headers, ...(content && { method: "POST", body: new Uint8Array(content) }) };
  const response = await fetch(`${world.platform.url}/owner/${target.name}.git/${path}`, init);
  const text = Buffer.from(await response.arrayBuffer()).toString("latin1");
  const { status } = response;
  if (status === 200 && text.includes(success)) return "allowed";
  if (status === 401 && response.headers.get("www-authenticate")?.startsWith("Basic ")) return "401";
  // As for a repository that does not exist.
  if (status === 404 && text === "there is no such repository, or you may not see it\n") return "404";
  const missing = /^([a-z]+:[a-z]+) is missing/.exec(text)?.[1];
  return status === 403 && missing !== undefined ? `403 ${missing}` : `${status} ${text}`;
}

const serviceOf = (verb: GitVerb) => (verb.startsWith("clone") ? "upload-pack" : "receive-pack");

interface Message {
  readonly path: string;
  readonly content?: Buffer;
  /** A part of the answer that shows that it was carried out. */
  readonly success: string;
}

function messages(verb: GitVerb, { commits, unique }: World): Message {
  switch (verb) {
    case "clone: refs":
    case "push: refs":
      return { path: `info/refs?service=git-${serviceOf(verb)}`, success: `${commits.base} refs/heads/main` };
    case "clone: pack":
      return { path: "git-upload-pack", content: wants(commits), success: "PACK" };
    case "push: pack": {
      const ref = `refs/heads/${unique()}`;
      return { path: "git-receive-pack", content: creates(ref, commits), success: `ok ${ref}` };
    }
  }
}

function wants({ base }: Commits): Buffer {
  return Buffer.from(`${line(`want ${base}\n`)}0000${line("done\n")}`);
}

function creates(ref: string, { next, pack }: Commits): Buffer {
  const command = line(`${"0".repeat(40)} ${next} ${ref}\0report-status\n`);
  return Buffer.concat([Buffer.from(`${command}0000`), pack]);
}

/** A line of git's protocol, with its length in front. */
function line(text: string): string {
  return `${(text.length + 4).toString(16).padStart(4, "0")}${text}`;
}

function credential(scheme: GitScheme, { userName, token, session }: Actor): Record<string, string> {
  const cookie: Record<string, string> = session === undefined ? {} : { cookie: `session=${session}` };
  if (token === undefined) return cookie;
  if (scheme === "Bearer") return { ...cookie, authorization: `Bearer ${token}` };
  const name = scheme === "Basic" ? userName : userName === "viewer" ? "developer" : "viewer";
  return { ...cookie, authorization: `Basic ${Buffer.from(`${name}:${token}`).toString("base64")}` };
}
