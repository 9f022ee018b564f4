// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are variables of the definitions
import { expect, test } from "vitest";
import { expandImage, imageTemplateProblem } from "./image-template.ts";

const variables = { COMMIT_SHA: "c0ffee", PROJECT: "shop", REGISTRY: "registry:5000/$PROJECT", BRANCH_SLUG: "a-b" };

test.each<[string, string]>([
  ["nginx:1.29", "nginx:1.29"],
  ["$REGISTRY/$PROJECT:$COMMIT_SHA", "registry:5000/$PROJECT/shop:c0ffee"],
  ["x/${PROJECT}_web:$BRANCH_SLUG", "x/shop_web:a-b"],
  ["$PROJECT$PROJECT.${COMMIT_SHA}", "shopshop.c0ffee"],
])("%s becomes %s, and what was put in is not looked at again", (template, image) => {
  expect(imageTemplateProblem(template)).toBeUndefined();
  expect(expandImage(template, variables)).toBe(image);
});

test.each<[string, RegExp]>([
  ["$PROJECT_web", /'\$PROJECT_web', which is not known/],
  ["${HOME}/a", /'\$\{HOME}', which is not known/],
  ["$constructor", /not known/],
  ["a$", /forbidden/],
  ["$(PROJECT)", /forbidden/],
  ["${PROJECT:-a}", /forbidden/],
  ["a b", /forbidden/],
  ["::", /alphanumeric/],
])("%s is no name of an image", (template, problem) => {
  expect(imageTemplateProblem(template)).toMatch(problem);
});
