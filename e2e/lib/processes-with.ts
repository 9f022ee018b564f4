import { readdir, readFile } from "node:fs/promises";

/** The processes of this machine in whose environment something stands, such as `SESSION_ID=…`, by their ids. */
export async function processesWith(words: string): Promise<readonly number[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = ids.map(async (id) => {
    const environment = await readFile(`/proc/${id}/environ`, "utf8").catch(() => "");
    return environment.includes(words) ? [Number(id)] : [];
  });
  return (await Promise.all(found)).flat();
}
