import { buffer } from "node:stream/consumers";
import { secrets } from "@platform-mcp/client/contract";
import { removeSecret, setSecret } from "../secrets/write-secret.ts";
import { UserError } from "../user-error.ts";
import { askHidden } from "./ask-hidden.ts";
import { defineCommand } from "./define-command.ts";
import { firstProblem } from "./first-problem.ts";
import { projectIdOf } from "./look-up.ts";
import { operate } from "./operate.ts";
import { listOptions, printList } from "./print-list.ts";
import { withStore } from "./with-store.ts";

const where = "Without --project it is one of the whole platform, which every project's pipelines get.";

export const secretSet = defineCommand({
  name: "secret set",
  synopsis: "NAME [--project OWNER/NAME] [--scope pipeline|agent|deploy|all]",
  description: `Make a secret, or give it another value. ${where} The
value is asked for on a terminal, or is all of standard input but one newline at its end; NAME is the variable
that holds it. What gets it is --scope, pipeline by default.`,
  options: { project: { type: "string" }, scope: { type: "string", default: "pipeline" } },
  run: async (config, flags, name = "") => {
    const named = secrets.setSecret.body.omit({ value: true }).safeParse({ name, scope: flags.scope });
    if (!named.success) throw new UserError(firstProblem(named.error.issues));
    const { data: value, error } = secrets.setSecret.body.shape.value.safeParse(await readValue());
    if (error !== undefined) throw new UserError(firstProblem(error.issues, "the value"));
    const { version } = await operate(config, "secret set", async (db, record, { masterKey }) => {
      const project_id = await projectIdOf(db, flags.project);
      const { secret, entry } = await setSecret(db, masterKey, { ...named.data, value, project_id, created_by: null });
      await record(entry);
      return secret;
    });
    process.stderr.write(`${name} is set ${flags.project ?? "everywhere"}, version ${version}\n`);
  },
});

export const secretList = defineCommand({
  name: "secret list",
  synopsis: "[--project OWNER/NAME] [--json]",
  description: "List the secrets of a project, or of the whole platform, without their values.",
  options: { ...listOptions, project: { type: "string" } },
  run: async (config, { json, project }) => {
    const found = await withStore(config, async ({ db }) =>
      db
        .selectFrom("secrets")
        .where("project_id", "is not distinct from", await projectIdOf(db, project))
        .select(["name", "scope", "version", "updated_at"])
        .orderBy("name")
        .execute(),
    );
    printList(found, json);
  },
});

export const secretDelete = defineCommand({
  name: "secret delete",
  synopsis: "NAME [--project OWNER/NAME]",
  description: `Delete a secret. ${where}`,
  options: { project: { type: "string" } },
  run: async (config, flags, name = "") => {
    const place = flags.project ?? "everywhere";
    await operate(config, "secret delete", async (db, record) => {
      const removed = await removeSecret(db, await projectIdOf(db, flags.project), name);
      if (removed === undefined)
        throw new UserError(`there is no secret ${name} ${place}: platform secret list shows them`);
      await record(removed.entry);
    });
    process.stderr.write(`${name} is deleted ${place}\n`);
  },
});

/** Never from the arguments, which every user of the machine can read. @throws UserError when it is no text */
async function readValue(): Promise<string> {
  if (process.stdin.isTTY) return await askHidden("Value: ");
  const bytes = await buffer(process.stdin);
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes("\0")) return text.replace(/\r?\n$/, "");
  } catch {
    // Not UTF-8.
  }
  throw new UserError("the value must be text in UTF-8 without NUL: encode what is not, in base64 for example");
}
