import type { Visited } from "./visit.ts";

/** Servers, by the name under which a host knows them. */
export type Server = "platform-core" | "platform-pipeline" | "platform-issues" | "platform-deploy" | "platform-observe";

/** How an agent acts: with its servers' tools, and with a shell in its clone of the repository. */
export interface Hands {
  /** Calls a tool and gives the text that the model reads. @throws when it is an error */
  tool(server: Server, name: string, args?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Runs a command and gives what it prints. @throws when its exit code is not 0 */
  shell(command: string): Promise<string>;
  /** What it thinks it does, for whoever watches. */
  say(words: string): void;
}

/** What people do meanwhile: over the API, and in a browser. */
export interface Reviewer {
  requestChanges(mergeRequest: number, words: string): Promise<void>;
  approve(mergeRequest: number, words: string): Promise<void>;
  /** Where production answers, once it shows what the default branch holds. */
  production(): Promise<string>;
  /** Where a branch's preview answers, once it shows what the branch holds. */
  preview(branch: string): Promise<string>;
  /** Waits until nothing of a preview answers any more, and gives what is known of it then: how it ended, and before. */
  previewEnded(slug: string, address: string): Promise<readonly string[]>;
  /** Opens an address. */
  opens(address: string): Promise<Visited>;
}
