import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plainGit, plainGitBytes } from "./plain-git.ts";

/** A file's content; a link's target; a submodule's commit; null removes the file. */
export type Content = string | Buffer | { link: string } | { submodule: string } | { executable: string } | null;

export interface SampleCommit {
  readonly branch?: string;
  readonly files?: Readonly<Record<string, Content>>;
  /** Like `files`, for names that are not valid UTF-8. */
  readonly rawFiles?: readonly (readonly [name: Buffer, content: Content])[];
  readonly message?: string | Buffer;
  /** Revisions; the tip of the branch by default. */
  readonly parents?: readonly string[];
  /** Seconds since 1970, of author and committer. */
  readonly time?: number;
}

const quote = (name: Buffer) => `"${Array.from(name, (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")}"`;

function change(name: Buffer, content: Content): Buffer {
  const path = quote(name);
  if (content === null) return Buffer.from(`D ${path}\n`);
  if (typeof content === "object" && "submodule" in content) {
    return Buffer.from(`M 160000 ${content.submodule} ${path}\n`);
  }
  const link = typeof content === "object" && "link" in content;
  const executable = typeof content === "object" && "executable" in content;
  const bytes = Buffer.from(link ? content.link : executable ? content.executable : content);
  const mode = link ? "120000" : executable ? "100755" : "100644";
  return Buffer.concat([Buffer.from(`M ${mode} inline ${path}\ndata ${bytes.length}\n`), bytes, Buffer.from("\n")]);
}

/** A bare repository in a temporary directory, made commit by commit. */
export class SampleRepository {
  readonly path: string;
  readonly #directory = mkdtempSync(join(tmpdir(), "platform-git-"));
  #time = 1_600_000_000;

  constructor(branch = "main") {
    this.path = join(this.#directory, "sample.git");
    plainGit(this.#directory, "init", "--quiet", "--bare", `--initial-branch=${branch}`, this.path);
  }

  git(...args: readonly string[]): string {
    return plainGit(this.path, ...args);
  }

  /** Adds a commit and gives its SHA. */
  commit(options: SampleCommit = {}): string {
    const { branch = "main", files = {}, rawFiles = [], message = "a change", time = ++this.#time } = options;
    const ref = `refs/heads/${branch}`;
    const tip = this.git("for-each-ref", "--format=%(objectname)", ref);
    const parents = (options.parents ?? (tip === "" ? [] : [tip])).map((name) => this.git("rev-parse", `${name}^{}`));
    const text = Buffer.from(message);
    const changes = [
      ...Object.entries(files).map(([name, content]) => change(Buffer.from(name), content)),
      ...rawFiles.map(([name, content]) => change(name, content)),
    ];
    const input = [
      // Not after a branch that exists, unless it is named as a parent.
      Buffer.from(tip !== "" && parents[0] !== tip ? `reset ${ref}\n` : ""),
      Buffer.from(`commit ${ref}\nauthor Ada <ada@example.com> ${time} +0100\n`),
      Buffer.from(`committer Carl <carl@example.com> ${time + 5} -0330\ndata ${text.length}\n`),
      text,
      Buffer.from("\n"),
      ...parents.map((parent, index) => Buffer.from(`${index === 0 ? "from" : "merge"} ${parent}\n`)),
      ...changes,
    ];
    plainGitBytes(this.path, ["fast-import", "--quiet", "--force"], Buffer.concat(input));
    return this.git("rev-parse", ref);
  }

  /** A path beside the repository, for other files of a test. */
  beside(name: string): string {
    return join(this.#directory, name);
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 3 });
  }
}
