import { copyFile, cp, mkdir, readdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { root } from "../build/paths.ts";
import { debianMirror } from "./debian-mirror.ts";
import type { Engine } from "./engine.ts";
import { installPrograms, read, show, succeeds } from "./host.ts";

const standard = "node:22-slim";
const standIn = "platform-test/node:22-slim";

/** Where a machine keeps the certificates that it trusts beyond Debian's. */
const hostCertificates = "/usr/local/share/ca-certificates";

const npmVersion = "10.9.4";

const dockerfile = `FROM scratch
ADD base.tar /
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY certificates/ /usr/local/share/ca-certificates/
RUN update-ca-certificates 2>/dev/null \\
 && groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node \\
 && ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \\
 && mkdir -p /usr/local/etc \\
 && printf 'cafile=/etc/ssl/certs/ca-certificates.crt\\nupdate-notifier=false\\n' > /usr/local/etc/npmrc
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]
`;

/**
 * The image that the runner's is built from: the standard one where a registry gives it, else one like it, made of
 * Debian's packages and the Node that this workspace pins.
 */
export async function baseImage(engine: Engine, directory: string, say: (line: string) => void): Promise<string> {
  if (await succeeds("timeout", ["60", engine.docker, "pull", "--quiet", standard], engine.env)) return standard;
  say(`${standard} cannot be pulled: making one like it from Debian's packages`);
  await installPrograms({ mmdebstrap: "mmdebstrap" });
  const mirror = await debianMirror();
  if (mirror === undefined) throw new Error("this machine's apt names no Debian mirror in debian.sources");
  const context = join(directory, "base");
  await mkdir(join(context, "certificates"), { recursive: true });
  await show("mmdebstrap", [
    ...["--quiet", "--variant=minbase", "--include=ca-certificates"],
    ...["bookworm", join(context, "base.tar"), mirror],
  ]);
  await copyFile(pinnedNode(), join(context, "node"));
  await unpackNpm(context);
  for (const file of await readdir(hostCertificates).catch(() => [])) {
    if (file.endsWith(".crt")) await copyFile(join(hostCertificates, file), join(context, "certificates", file));
  }
  await writeFile(join(context, "Dockerfile"), dockerfile);
  await show(engine.docker, ["build", "--quiet", "--network=host", "--tag", standIn, context], engine.env);
  return standIn;
}

function pinnedNode(): string {
  const name = `node-linux-${process.arch}`;
  return join(dirname(createRequire(join(root, "package.json")).resolve(`${name}/package.json`)), "bin/node");
}

async function unpackNpm(context: string): Promise<void> {
  const archive = await read("npm", ["pack", "--silent", "--pack-destination", context, `npm@${npmVersion}`]);
  const file = archive.split("\n").at(-1) ?? "";
  await show("tar", ["-xzf", join(context, file), "-C", context]);
  await cp(join(context, "package"), join(context, "npm"), { recursive: true });
}
