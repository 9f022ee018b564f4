import { readFile } from "node:fs/promises";

/** How often a second the system counts: USER_HZ, which is 100 on every Linux that Node runs on. */
const ticks = 100;

/** Milliseconds of processor time that a process has taken. Linux alone tells. */
export async function processorTime(pid: number): Promise<number> {
  const { own } = await timesOf(pid);
  return own;
}

/** The same of a process, of those that it has started and that run, and of those that have ended. */
export async function processorTimeOfAll(pid: number): Promise<number> {
  const { own, ended } = await timesOf(pid);
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).split(" ").filter(Boolean);
  const times = await Promise.all(children.map((child) => timesOf(Number(child)).catch(() => ({ own: 0 }))));
  return own + ended + times.reduce((sum, time) => sum + time.own, 0);
}

async function timesOf(pid: number): Promise<{ readonly own: number; readonly ended: number }> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8");
  // The name, which may hold anything, is in parentheses; user and system time are fields 14 to 17.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const milliseconds = (first: number) => (Number(fields[first]) + Number(fields[first + 1])) * (1000 / ticks);
  return { own: milliseconds(11), ended: milliseconds(13) };
}
