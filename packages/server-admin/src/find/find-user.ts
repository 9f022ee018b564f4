import { auth, users } from "@platform-mcp/client";
import { type Api, ArgumentError, quoteName } from "@platform-mcp/server-kit";
import * as z from "zod";

/** The largest page that platforms give, and how many of them are looked through. */
const pageSize = 100;
const maxPages = 10;

const uuid = z.uuid();

/** The endpoints that finding a user may call. */
export const findsUsers = [users.getUser, users.listUsers, auth.getMe] as const;

/** Whom an argument means. @throws ArgumentError when nobody is called that */
export async function userOf(api: Api, who: string): Promise<users.User> {
  if (who === "me") return await api.call(auth.getMe, {});
  if (uuid.safeParse(who).success) return await api.call(users.getUser, { user_id: who.toLowerCase() });
  // Some platforms do not search: what comes is looked through either way.
  for (let offset = 0; offset < pageSize * maxPages; offset += pageSize) {
    const { items, total } = await api.call(users.listUsers, { search: who, limit: pageSize, offset });
    const found = items.find(({ name, email }) => name === who || email === who);
    if (found !== undefined) return found;
    if (items.length === 0 || offset + items.length >= total) break;
  }
  throw new ArgumentError(`nobody is called ${quoteName(who)}; list_users shows who there is`);
}

/** The id that an argument means, without asking the platform for more than that. */
export async function userIdOf(api: Api, who: string): Promise<string> {
  return uuid.safeParse(who).success ? who.toLowerCase() : (await userOf(api, who)).id;
}
