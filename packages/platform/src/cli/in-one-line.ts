import { errorCode } from "../db/embedded/files.ts";
import { UserError } from "../user-error.ts";

/** Makes what the system or the database refuses, such as a full disk, the one line of a command. @throws UserError */
export async function inOneLine<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error) || errorCode(error) === undefined) throw error;
    throw new UserError(`${what}: ${error.message}`);
  }
}
