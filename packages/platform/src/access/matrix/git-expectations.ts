import { type Caller, type CallerName, callers, heldOn, type Place } from "./callers.ts";

/** Every request that a clone and a push are made of: each decides for itself, since nothing forces a client to send both. */
export const gitVerbs = ["clone: refs", "clone: pack", "push: refs", "push: pack"] as const;
export type GitVerb = (typeof gitVerbs)[number];

/** How git shows who it is. With Basic, the name must be that of the token's user. */
const gitSchemes = ["Basic", "Bearer", "Basic with another's name"] as const;
export type GitScheme = (typeof gitSchemes)[number];

/** Callers who send no `Authorization` header: git knows no cookies, so no web page can push with one. */
const withoutHeader: readonly CallerName[] = ["no credential", "session cookie"];
/** Callers whose header is no good, whatever else they send. */
const withBadHeader: readonly CallerName[] = ["garbage beside a session cookie"];

/** The schemes that are worth a cell: one for who sends no header, and another's name where one's own lets in. */
export function schemesOf(verb: GitVerb, name: CallerName, place: Place): readonly GitScheme[] {
  if (withoutHeader.includes(name)) return ["Bearer"];
  return expectedOfGit(verb, name, place, "Basic") === "allowed" ? gitSchemes : ["Basic", "Bearer"];
}

/**
 * What a caller must get. Without a credential anybody may fetch what is public, and is otherwise asked who they are,
 * about what does not exist too. With one, it alone decides, by Basic and Bearer alike: it is never set aside, so a bad
 * one is a 401 on a public project too, and a narrow one stays narrow. Who may not read learns only that there is
 * nothing (404); who may read, but not push, is told what is missing (403).
 */
export function expectedOfGit(verb: GitVerb, name: CallerName, place: Place, scheme: GitScheme): string {
  const caller: Caller = callers[name];
  const isFetch = verb.startsWith("clone");
  if (withoutHeader.includes(name)) return isFetch && place === "public" ? "allowed" : "401";
  if (!caller.authenticated || withBadHeader.includes(name) || scheme === "Basic with another's name") return "401";
  const held = heldOn(name, place);
  if (held.includes(isFetch ? "project:read" : "project:write")) return "allowed";
  return !isFetch && held.includes("project:read") ? "403 project:write" : "404";
}
