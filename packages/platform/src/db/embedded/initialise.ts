import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chown, mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseStartError } from "../database-start-error.ts";
import { reachableBinaries } from "./binaries.ts";
import { readIfPresent, writePrivately } from "./files.ts";
import { command, dataArgument } from "./run-as.ts";
import type { Server } from "./server.ts";
import { SUPERUSER } from "./settings.ts";

const TIMEOUT = 120_000;

/**
 * Makes the data directory. All of it or nothing: it gets its name when it is complete, and what a crash left of an
 * earlier attempt is thrown away. No process of this server may be running.
 */
export async function initialise(server: Server): Promise<void> {
  const { layout, runAs } = server;
  const unfinished = `${layout.data}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  // In the socket's directory: the user the server runs as can read it there.
  const passwordFile = join(server.socketDirectory, "password");
  await rm(passwordFile, { force: true });
  try {
    await writeFile(passwordFile, await password(server), { mode: 0o600, flag: "wx" });
    if (runAs.way === "setuid") {
      await chown(unfinished, runAs.uid, runAs.gid);
      await chown(passwordFile, runAs.uid, runAs.gid);
    }
    await runInitdb(server, unfinished, passwordFile);
    await rename(unfinished, layout.data);
    await syncDirectory(layout.postgres);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function password({ layout }: Server): Promise<string> {
  const existing = await readIfPresent(layout.password);
  if (existing !== undefined) {
    return existing;
  }
  const fresh = randomBytes(32).toString("base64url");
  await writePrivately(layout.password, fresh);
  return fresh;
}

async function runInitdb(server: Server, data: string, passwordFile: string): Promise<void> {
  const { initdb: program } = await reachableBinaries(server);
  const [file, args, identity] = command(server.runAs, program, [
    `--pgdata=${dataArgument(server.runAs, data)}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // The same order of texts on every machine, whatever its locale.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--no-instructions",
    `--set=cluster_name=${server.marker}`,
  ]);
  const initdb = spawn(file, args, {
    ...identity,
    cwd: data,
    env: serverEnvironment(),
    // Its own session: Ctrl-C is for us, and we decide what becomes of it.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TIMEOUT,
    killSignal: "SIGKILL",
  });
  let output = "";
  for (const stream of [initdb.stdout, initdb.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const [code, signal] = await once(initdb, "close").catch((error: Error) => {
    throw new DatabaseStartError(
      `the PostgreSQL programs do not run on this machine (${error.message}): set DATABASE_URL to a PostgreSQL server`,
    );
  });
  if (code !== 0) {
    const reason = `ended with ${signal ?? code}`;
    throw new DatabaseStartError(
      `the database could not be made in ${data}: initdb ${reason}: ${output.trim().split("\n").slice(-3).join("; ")}`,
    );
  }
}

/** Nothing of the caller's: PG* variables would be obeyed, and secrets have no business there. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
