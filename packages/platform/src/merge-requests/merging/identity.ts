import type { UserRow } from "../../db/schema.ts";

type Person = Pick<UserRow, "name" | "display_name" | "email">;

/** Git takes these off the ends of a name, and refuses to commit for one of nothing else. */
const crud = /^[\s\p{Cc}.,:;<>"'\\]*$/u;

/** The environment in which git makes a commit of somebody's: by their name and e-mail address, at this moment. */
export function identity(author: Person, committer: Person): Readonly<Record<string, string>> {
  return {
    GIT_AUTHOR_NAME: nameOf(author),
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: nameOf(committer),
    GIT_COMMITTER_EMAIL: committer.email,
  };
}

function nameOf({ name, display_name }: Person): string {
  return display_name === null || crud.test(display_name) ? name : display_name;
}
