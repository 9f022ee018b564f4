import { backup } from "./backup.ts";
import type { Command } from "./define-command.ts";
import { importCommand } from "./import.ts";
import { restore } from "./restore.ts";
import { roleGrant, roleRevoke } from "./role-grant.ts";
import { roleList } from "./role-list.ts";
import { secretDelete, secretList, secretSet } from "./secret.ts";
import { sessionFollow } from "./session-follow.ts";
import { sessionList } from "./session-list.ts";
import { sessionSay } from "./session-say.ts";
import { sessionShow } from "./session-show.ts";
import { sessionStart } from "./session-start.ts";
import { sessionStop } from "./session-stop.ts";
import { start } from "./start.ts";
import { stop } from "./stop.ts";
import { tokenCreate } from "./token-create.ts";
import { tokenList } from "./token-list.ts";
import { tokenRevoke } from "./token-revoke.ts";
import { userDeactivate, userReactivate } from "./user-activation.ts";
import { userCreate } from "./user-create.ts";
import { userList } from "./user-list.ts";
import { userSetPassword } from "./user-set-password.ts";

/** Every command, in the order in which `platform --help` shows them. */
export const commands: readonly Command[] = [
  ...[start, stop, importCommand, backup, restore],
  ...[sessionStart, sessionList, sessionShow, sessionFollow, sessionSay, sessionStop],
  ...[userCreate, userList, userDeactivate, userReactivate, userSetPassword],
  ...[tokenCreate, tokenList, tokenRevoke],
  ...[roleList, roleGrant, roleRevoke],
  ...[secretSet, secretList, secretDelete],
];
