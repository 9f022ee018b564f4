import { backup } from "./backup.ts";
import type { Command } from "./define-command.ts";
import { importCommand } from "./import.ts";
import { restore } from "./restore.ts";
import { start } from "./start.ts";
import { stop } from "./stop.ts";
import { tokenCreate } from "./token-create.ts";

/** Every command, in the order in which `platform --help` shows them. */
export const commands: readonly Command[] = [start, stop, importCommand, backup, restore, tokenCreate];
