import { projects } from "@platform-mcp/client/contract";
import { quoted } from "../../yaml/quoted.ts";

/** What the name of an image that is deployed can be made of. */
export const imageVariables = ["COMMIT_SHA", "PROJECT", "REGISTRY", "BRANCH_SLUG"] as const;

export type ImageVariables = Readonly<Record<(typeof imageVariables)[number], string>>;

const example: ImageVariables = { COMMIT_SHA: "0", PROJECT: "p", REGISTRY: "r", BRANCH_SLUG: "b" };
/** `$NAME` or `${NAME}`, as a shell reads it. */
const reference = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/g;

/** What is wrong with the name of an image in which variables stand; undefined when nothing is. */
export function imageTemplateProblem(template: string): string | undefined {
  const unknown = [...template.matchAll(reference)].find(([, plain, braced]) => !isVariable(plain ?? braced));
  if (unknown !== undefined) {
    const known = imageVariables.map((name) => `$${name}`).join(", ");
    return `has the variable ${quoted(unknown[0])}, which is not known here; known are ${known}`;
  }
  return projects.containerImage.safeParse(expandImage(template, example)).error?.issues[0]?.message;
}

/** The name of an image with its variables replaced. It may be longer than any image's. */
export function expandImage(template: string, variables: ImageVariables): string {
  return template.replace(reference, (text, plain?: string, braced?: string) => {
    const name = plain ?? braced;
    return isVariable(name) ? variables[name] : text;
  });
}

function isVariable(name: string | undefined): name is (typeof imageVariables)[number] {
  return imageVariables.some((known) => known === name);
}
