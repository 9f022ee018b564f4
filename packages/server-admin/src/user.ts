import type { users } from "@platform-mcp/client";
import { named, time, user } from "@platform-mcp/server-kit";
import * as z from "zod";
import { brief } from "./brief.ts";

export const userOutput = {
  name: z.string(),
  id: z.string(),
  display_name: z.string().nullable(),
  email: z.string(),
  type: z.string(),
  active: z.boolean().nullable(),
  created_at: z.string(),
};

/** A user as a row or a record. That one is active is not said: nearly all are. */
export function userRow({ id, name, display_name, email, user_type, is_active, created_at }: users.User) {
  return {
    name: named(name),
    id,
    display_name: user(display_name),
    email: named(email),
    type: user_type,
    active: is_active ? null : false,
    created_at: time(created_at),
  };
}

const kinds: Readonly<Record<string, string>> = { service_account: "service account" };

/** A user in a question: by name, and what else tells them from others. */
export function inWords({ name, display_name, email, user_type }: users.User): string {
  const more = [display_name, email].filter((text) => text !== null && text !== undefined).map((text) => brief(text));
  return `${brief(name)} (${[...more, kinds[user_type] ?? user_type].join(", ")})`;
}
