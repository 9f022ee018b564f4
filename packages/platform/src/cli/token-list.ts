import { defineCommand } from "./define-command.ts";
import { listOptions, printList } from "./print-list.ts";
import { withStore } from "./with-store.ts";

export const tokenList = defineCommand({
  name: "token list",
  synopsis: "[--user USER] [--json]",
  description: "List tokens that have not ended, of everybody or of one user. What they are made of is kept nowhere.",
  options: { ...listOptions, user: { type: "string" } },
  run: async (config, { json, user }) => {
    const tokens = await withStore(config, ({ db }) => {
      const query = db
        .selectFrom("api_tokens")
        .innerJoin("users", "users.id", "api_tokens.user_id")
        .leftJoin("projects", "projects.id", "api_tokens.project_id")
        .leftJoin("users as owner", "owner.id", "projects.owner_id")
        .where((eb) => eb.or([eb("expires_at", "is", null), eb("expires_at", ">", eb.fn<string>("now"))]))
        .select(["api_tokens.id", "users.name as user", "api_tokens.name", "scopes", "expires_at", "last_used_at"])
        .select(["owner.name as owner", "projects.name as project"])
        .orderBy("users.name")
        .orderBy("api_tokens.created_at");
      return (user === undefined ? query : query.where("users.name", "=", user)).execute();
    });
    const shown = tokens.map(({ owner, project, ...token }) => ({
      ...token,
      project: project === null ? null : `${owner}/${project}`,
    }));
    printList(shown, json);
  },
});
