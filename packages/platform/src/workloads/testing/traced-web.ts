/**
 * The files of a project whose web process answers with `<branch> <commit>`, and writes to a file, every so many
 * milliseconds, that it runs: lines of `readTrace`, of the branch as pipeline and the commit as step.
 */
export function tracedWeb(file: string, { pause }: { readonly pause: number }): Readonly<Record<string, string>> {
  const program = `
const { BRANCH, COMMIT_SHA, PORT } = process.env;
const run = require("node:crypto").randomUUID();
const tick = () => require("node:fs").appendFileSync(${JSON.stringify(file)}, \`tick \${BRANCH} \${COMMIT_SHA} \${run}\\n\`);
tick();
setInterval(tick, ${pause});
require("node:http").createServer((_, response) => response.end(\`\${BRANCH} \${COMMIT_SHA}\`)).listen(PORT, "127.0.0.1");
`;
  return { Procfile: "web: exec node web.js\n", "web.js": program };
}
