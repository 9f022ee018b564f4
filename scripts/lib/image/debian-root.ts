import { NotPossible } from "../host/not-possible.ts";
import { debianMirror } from "./debian-mirror.ts";
import { installPrograms, show } from "./host.ts";

interface RootOptions {
  /** Debian's name of a release, such as `bookworm`. */
  readonly suite: string;
  /** Beside the smallest system that has apt. */
  readonly packages: readonly string[];
  /** The archive to write, which ends in `.tar`. */
  readonly target: string;
}

/** Makes a root file system from Debian's packages. @throws NotPossible where there is no Debian mirror, or nothing can be installed */
export async function debianRoot({ suite, packages, target }: RootOptions): Promise<void> {
  const mirror = await debianMirror();
  if (mirror === undefined) throw new NotPossible("this machine's apt names no Debian mirror");
  await installPrograms({ mmdebstrap: "mmdebstrap" });
  const include = packages.map((name) => `--include=${name}`);
  await show("mmdebstrap", ["--quiet", "--variant=minbase", ...include, suite, target, mirror]);
}
