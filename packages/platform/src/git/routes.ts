import { git } from "@platform-mcp/client/contract";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { compareRefs } from "./compare-refs.ts";
import { listBranches } from "./list-branches.ts";
import { listCommits } from "./list-commits.ts";
import { listTree } from "./list-tree.ts";
import { readBlob } from "./read-blob.ts";
import type { Repositories } from "./repositories.ts";
import { searchCode } from "./search-code.ts";

/** Browsing: every answer is read from the repository as it is now. */
export function gitRoutes(repositories: Repositories): readonly Route[] {
  return [
    implement(git.listBranches, ({ project, query, signal }) =>
      listBranches(repositories.of(project.id), project.default_branch, query, signal),
    ),
    implement(git.listTree, ({ project, query, signal }) => listTree(repositories.of(project.id), query, signal)),
    implement(git.getBlob, ({ project, query, signal }) => readBlob(repositories.of(project.id), query, signal)),
    implement(git.listCommits, ({ project, query, signal }) => listCommits(repositories.of(project.id), query, signal)),
    implement(git.searchCode, ({ project, query, signal }) => searchCode(repositories.of(project.id), query, signal)),
    implement(git.compareRefs, ({ project, query, signal }) => compareRefs(repositories.of(project.id), query, signal)),
  ];
}
