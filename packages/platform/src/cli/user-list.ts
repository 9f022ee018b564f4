import { defineCommand } from "./define-command.ts";
import { listOptions, printList } from "./print-list.ts";
import { withStore } from "./with-store.ts";

export const userList = defineCommand({
  name: "user list",
  synopsis: "[--json]",
  description: "List users, the deactivated ones too.",
  options: listOptions,
  run: async (config, { json }) => {
    const users = await withStore(config, ({ db }) =>
      db
        .selectFrom("users")
        .select(["name", "user_type as type", "is_active as active", "email", "display_name", "created_at", "id"])
        .orderBy("name")
        .execute(),
    );
    printList(users, json);
  },
});
