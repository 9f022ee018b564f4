import { isReservedVariable } from "../pipelines/definition/variable-names.ts";
import { invalid } from "../problem.ts";

/** What the platform says to a step beside what no definition may set either. */
const platformNames = /^(COMMIT_.*|CI)$/;
/** What decides how programs are found, loaded and started: who may set secrets could otherwise run code in steps. */
const systemNames =
  /^(PATH|HOME|USER|LOGNAME|SHELL|PWD|OLDPWD|TMPDIR|LANG|LC_.*|TERM|IFS|ENV|BASH_ENV|PS4|LD_.*|DYLD_.*|NODE_OPTIONS|GIT_(CONFIG|SSH|EXEC_PATH|DIR|WORK_TREE).*)$/;
/** Bytes of one variable that Linux lets a process start with, name, `=` and the final NUL included. */
const largestVariable = 131_072;

/** @throws Problem 400 for a name that is not a secret's to take, or a value that no environment can hold */
export function checkSecret({ name, value }: { readonly name: string; readonly value: string }): void {
  if (isReservedVariable(name) || platformNames.test(name))
    throw invalid("name", "is a variable that the platform sets");
  if (systemNames.test(name)) throw invalid("name", "is a variable by which programs are found, loaded or started");
  if (Buffer.byteLength(`${name}=${value}`) >= largestVariable) {
    throw invalid("value", `is larger than an environment variable can be (${largestVariable} bytes with its name)`);
  }
}
