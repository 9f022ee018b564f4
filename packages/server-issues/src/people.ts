import { auth } from "@platform-mcp/client";
import { type Api, ArgumentError, named } from "@platform-mcp/server-kit";
import * as z from "zod";

/** A user as an argument names them: by id or by name. */
export type Person =
  | { readonly id: string; readonly name?: undefined }
  | { readonly id?: undefined; readonly name: string };

const uuid = z.uuid();

/** Whom an argument means. */
export async function personOf(api: Api, who: string | undefined): Promise<Person | undefined> {
  if (who === undefined) return undefined;
  if (who === "me") return { id: (await api.call(auth.getMe, {})).id };
  return uuid.safeParse(who).success ? { id: who.toLowerCase() } : { name: who };
}

/** How a user is shown: by name where the platform gives one. */
export function shown(name: string | null | undefined, id: string | null | undefined) {
  return named(name ?? id);
}

/**
 * Whether it is they whom the platform shows by this id and name. @throws ArgumentError where only the name is known of
 * one, and only the id of the other
 */
export function isPerson(person: Person, { id, name }: { readonly id: unknown; readonly name: unknown }): boolean {
  if (person.id !== undefined) return person.id === id;
  if (name === undefined && id !== null) {
    throw new ArgumentError("this platform knows users by id only: give the id, or me");
  }
  return person.name === name;
}
