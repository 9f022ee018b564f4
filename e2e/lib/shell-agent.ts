import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Makes a program `claude` in a directory: in the place of Claude Code, it says and changes something so many times, each
 * after 0.15 s, and notes in the file `trace` that it starts and ends. Who follows the session sees `tick 1` and so on;
 * `work.txt` gets a line for each.
 */
export async function writeShellAgent(programs: string, trace: string, ticks: number): Promise<void> {
  const says = (text: string) => `{"type":"assistant","message":{"content":[{"type":"text","text":"${text}"}]}}`;
  const script = `#!/bin/sh
echo "$SESSION_ID start" >> '${trace}'
tick=0
while [ $tick -lt ${ticks} ]; do
  sleep 0.15
  tick=$((tick + 1))
  echo "line $tick" >> work.txt
  echo '${says("tick '$tick'")}'
done
echo '{"type":"result","is_error":false,"result":"All ticks","num_turns":1,"total_cost_usd":0.5}'
# It is told that nobody has more to say.
cat > /dev/null
echo "$SESSION_ID end" >> '${trace}'
`;
  await mkdir(programs);
  await writeFile(trace, "");
  await writeFile(join(programs, "claude"), script);
  await chmod(join(programs, "claude"), 0o755);
}
