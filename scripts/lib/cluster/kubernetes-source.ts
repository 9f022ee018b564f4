import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { NotPossible } from "../host/not-possible.ts";
import { debianMirror } from "../image/debian-mirror.ts";
import { installPrograms, read, show } from "../image/host.ts";

/** Debian's source package of Kubernetes: the whole tree, with all that it is built from. */
export interface KubernetesSource {
  /** The package's. */
  readonly version: string;
  /** Where it is fetched to and built. */
  readonly directory: string;
  /** apt, with lists of its own, so that this machine's sources stay as they are. */
  readonly apt: NodeJS.ProcessEnv;
}

const release = "bookworm";

/** Looks the package up. @throws NotPossible when this machine's mirror does not have it */
export async function findSource(directory: string): Promise<KubernetesSource> {
  const mirror = await debianMirror();
  if (mirror === undefined) throw new NotPossible("this machine's apt names no Debian mirror");
  const lists = join(directory, "lists");
  await mkdir(join(lists, "partial"), { recursive: true });
  const list = join(directory, "sources.list");
  const keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
  await writeFile(list, `deb-src [signed-by=${keys}] ${mirror} ${release} main\n`);
  const configuration = join(directory, "apt.conf");
  const settings = [
    `Dir::Etc::sourcelist "${list}";`,
    'Dir::Etc::sourceparts "/dev/null";',
    `Dir::State::lists "${lists}";`,
    // What is fetched belongs to whoever fetches it.
    'APT::Sandbox::User "root";',
  ];
  await writeFile(configuration, `${settings.join("\n")}\n`);
  const apt = { ...process.env, APT_CONFIG: configuration };
  const found = await read("apt-get", ["update", "--quiet=2"], apt).then(
    () => read("apt-cache", ["showsrc", "--only-source", "kubernetes"], apt),
    () => "",
  );
  const version = /^Version: (\S+)$/m.exec(found)?.[1];
  if (version === undefined) throw new NotPossible(`${mirror} has no source package of Kubernetes for ${release}`);
  return { version, directory, apt };
}

/** Builds these of its programs; gives the directory that holds them. */
export async function buildKubernetes(
  { directory, version, apt }: KubernetesSource,
  programs: readonly string[],
  say: (line: string) => void,
): Promise<string> {
  await installPrograms({ go: "golang-go", make: "make", rsync: "rsync", jq: "jq", "dpkg-source": "dpkg-dev" });
  const inDirectory = (command: string, env: NodeJS.ProcessEnv) =>
    show("sh", ["-ec", `cd "$1"; ${command}`, "sh", directory], env);
  await inDirectory(`apt-get source --quiet=2 --download-only "kubernetes=$VERSION"`, { ...apt, VERSION: version });
  await inDirectory("mkdir source && tar -xzf kubernetes_*.orig.tar.gz --strip-components=1 -C source", process.env);
  // As `git describe` would have it.
  const [, major = "", minor = "", patch = ""] = /(\d+)\.(\d+)\.(\d+)(?:-|$)/.exec(version) ?? [];
  const versionFile = join(directory, "version");
  const values = {
    COMMIT: "debian",
    TREE_STATE: "archive",
    VERSION: `v${major}.${minor}.${patch}`,
    MAJOR: major,
    MINOR: minor,
  };
  await writeFile(
    versionFile,
    Object.entries(values)
      .map(([name, value]) => `KUBE_GIT_${name}='${value}'\n`)
      .join(""),
  );
  const tree = join(directory, "go/src/k8s.io");
  await mkdir(tree, { recursive: true });
  await symlink(join(directory, "source"), join(tree, "kubernetes"));
  const start = Date.now();
  const talking = setInterval(() => say(`  still building, ${Math.round((Date.now() - start) / 1000)} s`), 60_000);
  try {
    await inDirectory(
      `cd go/src/k8s.io/kubernetes; make WHAT="$WHAT" > "$1/build.log" 2>&1 || { tail -n 30 "$1/build.log"; exit 1; }`,
      {
        ...process.env,
        WHAT: programs.map((program) => `cmd/${program}`).join(" "),
        GOPATH: join(directory, "go"),
        HOME: directory,
        CGO_ENABLED: "0",
        GOFLAGS: "-mod=vendor",
        GOTOOLCHAIN: "local",
        GOPROXY: "off",
        KUBE_GIT_VERSION_FILE: versionFile,
        PATH: `/usr/lib/go/bin:${process.env.PATH}`,
      },
    );
  } finally {
    clearInterval(talking);
  }
  return join(directory, "source/_output/local/go/bin");
}
