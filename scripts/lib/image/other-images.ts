import { join } from "node:path";
import { type BaseImages, buildFrom, pulls } from "./base-images.ts";
import { debianRoot } from "./debian-root.ts";
import type { Engine } from "./engine.ts";

/** Images that know nothing of agents, as users have them: by what is particular about each. */
export interface OtherImages {
  /** Debian with Python, and without git and Node; it loads a library into all of its programs. */
  readonly python: string;
  /** An older C library, and an older git. */
  readonly older: string;
  /** No glibc, and no shell but BusyBox's. */
  readonly musl: string;
}

const pythonFile = (debian: string) => `FROM ${debian}
RUN apt-get update \\
 && apt-get install --yes --no-install-recommends python3-minimal libjemalloc2 \\
 && rm -rf /var/lib/apt/lists/*
ENV LD_PRELOAD=libjemalloc.so.2 LD_LIBRARY_PATH=/opt/own/lib
`;

const olderFile = "FROM scratch\nADD root.tar /\n";

/** The loader of musl is what it runs programs with; BusyBox is linked statically. */
const muslFile = (debian: string) => `FROM ${debian} AS packages
RUN apt-get update && cd /tmp && apt-get download musl busybox-static \\
 && for package in *.deb; do dpkg --extract "$package" /root/system; done \\
 && chroot /root/system /bin/busybox --install -s /bin && install --directory --mode=1777 /root/system/tmp
FROM scratch
COPY --from=packages /root/system /
ENV PATH=/usr/bin:/bin
CMD ["sh"]
`;

/** The first of them. */
export async function pythonImage(engine: Engine, bases: BaseImages, directory: string): Promise<string> {
  const tag = "platform-test/python:1";
  await buildFrom(engine, join(directory, "python"), tag, pythonFile(bases.debian));
  return tag;
}

/** Images to run agents in: from a registry where the base images came from there, else made of Debian's packages. */
export async function otherImages(engine: Engine, bases: BaseImages, directory: string): Promise<OtherImages> {
  const python = await pythonImage(engine, bases, directory);
  const tags = { python, older: "platform-test/older", musl: "platform-test/musl" };
  const standard = { older: "buildpack-deps:bullseye-scm", musl: "alpine:3" };
  if (bases.isPulled && (await pulls(engine, standard.older)) && (await pulls(engine, standard.musl))) {
    return { ...tags, ...standard };
  }
  await buildFrom(engine, join(directory, "musl"), tags.musl, muslFile(bases.debian));
  await buildFrom(engine, join(directory, "older"), tags.older, olderFile, (context) =>
    debianRoot({ suite: "bullseye", packages: ["git"], target: join(context, "root.tar") }),
  );
  return tags;
}
