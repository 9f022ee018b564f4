import { copyFile, cp, mkdir, readdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { root } from "../build/paths.ts";
import { debianRoot } from "./debian-root.ts";
import type { Engine } from "./engine.ts";
import { read, show, succeeds } from "./host.ts";

/** The images that the runner's is made from. */
export interface BaseImages {
  /** Debian with Node, npm and an `apt-get` that works. */
  readonly node: string;
  /** Debian alone. */
  readonly debian: string;
  /** Whether they came from a registry. */
  readonly isPulled: boolean;
}

const standard = { node: "node:22-slim", debian: "debian:bookworm-slim", isPulled: true };
const standIns = { node: "platform-test/node:22-slim", debian: "platform-test/debian:bookworm-slim", isPulled: false };

/** Where a machine keeps the certificates that it trusts beyond Debian's. */
const hostCertificates = "/usr/local/share/ca-certificates";

const npmVersion = "10.9.4";

const debianFile = `FROM scratch
ADD root.tar /
COPY certificates/ /usr/local/share/ca-certificates/
RUN update-ca-certificates 2>/dev/null
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
CMD ["bash"]
`;

const nodeFile = `FROM ${standIns.debian}
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node \\
 && ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \\
 && mkdir -p /usr/local/etc \\
 && printf 'cafile=/etc/ssl/certs/ca-certificates.crt\\nupdate-notifier=false\\n' > /usr/local/etc/npmrc
CMD ["node"]
`;

/**
 * The images that the runner's is built from: the standard ones where a registry gives them, else some like them, made of
 * Debian's packages and the Node that this workspace pins.
 */
export async function baseImages(engine: Engine, directory: string, say: (line: string) => void): Promise<BaseImages> {
  if ((await pulls(engine, standard.node)) && (await pulls(engine, standard.debian))) return standard;
  say(`${standard.node} cannot be pulled: making images like it and ${standard.debian} from Debian's packages`);
  await buildFrom(engine, join(directory, "debian"), standIns.debian, debianFile, async (context) => {
    await debianRoot({ suite: "bookworm", packages: ["ca-certificates"], target: join(context, "root.tar") });
    await mkdir(join(context, "certificates"), { recursive: true });
    for (const file of await readdir(hostCertificates).catch(() => [])) {
      if (file.endsWith(".crt")) await copyFile(join(hostCertificates, file), join(context, "certificates", file));
    }
  });
  await buildFrom(engine, join(directory, "node"), standIns.node, nodeFile, async (context) => {
    await copyFile(pinnedNode(), join(context, "node"));
    await unpackNpm(context);
  });
  return standIns;
}

/** Whether a registry gives an image, within a minute. */
export async function pulls(engine: Engine, image: string): Promise<boolean> {
  return await succeeds("timeout", ["60", engine.docker, "pull", "--quiet", image], engine.env);
}

/** Builds an image from a Dockerfile's text, in a directory that may be filled before. */
export async function buildFrom(
  engine: Engine,
  context: string,
  tag: string,
  dockerfile: string,
  fill: (context: string) => Promise<void> = async () => {},
): Promise<void> {
  await mkdir(context, { recursive: true });
  await fill(context);
  await writeFile(join(context, "Dockerfile"), dockerfile);
  await show(engine.docker, ["build", "--quiet", "--network=host", "--tag", tag, context], engine.env);
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
