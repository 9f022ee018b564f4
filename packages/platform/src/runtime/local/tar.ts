import { spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { errorCode } from "../../db/embedded/files.ts";
import { searchPath } from "./search-path.ts";

/** Characters of what tar says that are kept. */
const errorsKept = 2_048;

function startTar(args: readonly string[]) {
  const environment = { PATH: searchPath, LC_ALL: "C" };
  const child = spawn("tar", args, { cwd: "/", env: environment, stdio: ["pipe", "pipe", "pipe"] });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = `${errors}${text}`.slice(-errorsKept);
  });
  child.stdin.on("error", () => {});
  const ended = once(child, "close").then(([code]) => {
    if (code !== 0) throw new Error(errors.trim().split("\n")[0] || `tar ended with ${code}`);
  });
  ended.catch(() => {});
  return { child, ended };
}

/** Unpacks an archive into an empty directory; owners are not taken from it, modes are. */
export async function extractTar(archive: Readable, directory: string, signal: AbortSignal): Promise<void> {
  const { child, ended } = startTar(["-x", "-p", "-o", "-f", "-", "-C", directory]);
  child.stdout.resume();
  try {
    await pipeline(archive, child.stdin, { signal });
  } catch (error) {
    // tar stops reading at the mark of the archive's end, while padding may still come; or it says why it cannot go on.
    const hasStopped = ["EPIPE", "ERR_STREAM_PREMATURE_CLOSE"].includes(errorCode(error) ?? "");
    if (!hasStopped || signal.aborted) {
      child.kill("SIGKILL");
      throw error;
    }
  }
  await ended;
}

/** A directory as an archive whose names start with `./`; an error of tar destroys the stream. */
export function createTar(directory: string): Readable {
  const { child, ended } = startTar(["-c", "-f", "-", "-C", directory, "."]);
  child.stdin.end();
  const archive = new PassThrough();
  archive.once("close", () => child.kill("SIGKILL"));
  child.stdout.pipe(archive, { end: false });
  ended.then(
    () => archive.end(),
    (error: Error) => archive.destroy(error),
  );
  return archive;
}
