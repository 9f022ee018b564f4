import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";

/** Memory that a process holds: all its pages, and those that no other process can share. */
export interface ResidentMemory {
  readonly rss: number;
  readonly anonymous: number;
}

const between = 50;
/** This many equal figures in a row mean that it is at rest. */
const equal = 3;

/** The memory in MiB of a process, once it no longer changes. Linux alone tells. */
export async function memoryAtRest(pid: number): Promise<ResidentMemory> {
  let memory = await residentMemory(pid);
  for (let same = 1; same < equal; ) {
    await setTimeout(between);
    const next = await residentMemory(pid);
    same = next.rss === memory.rss && next.anonymous === memory.anonymous ? same + 1 : 1;
    memory = next;
  }
  return memory;
}

async function residentMemory(pid: number): Promise<ResidentMemory> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  const mebibytes = (field: string) => Number(new RegExp(`^${field}: +(\\d+) kB$`, "m").exec(text)?.[1]) / 1024;
  return { rss: mebibytes("Rss"), anonymous: mebibytes("Anonymous") };
}
