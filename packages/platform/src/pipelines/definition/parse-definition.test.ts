import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import type { PipelineDefinition } from "./definition.ts";
import { DefinitionError } from "./definition-error.ts";
import { parseDefinition } from "./parse-definition.ts";
import { definitions, fileOf } from "./testing/definitions.ts";

/** The problems of a file: a line each, without the file's name. */
function problemsOf(text: string): readonly string[] {
  try {
    parseDefinition(text);
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems.map(({ line, message }) => `${line}: ${message}`);
    throw error;
  }
  return [];
}

const step = (more: string, name = "a") =>
  `pipeline:\n  steps:\n    - name: ${name}\n      image: node\n      ${more}\n`;
const pipeline = (more: string) => `pipeline:\n  steps: [{ name: a, image: node }]\n  ${more}\n`;

describe("a definition", () => {
  test("has defaults for all but the steps' names and images", () => {
    expect(parseDefinition("pipeline: { steps: [{ name: test, image: node:22 }] }")).toEqual<PipelineDefinition>({
      steps: [
        {
          name: "test",
          image: "node:22",
          commands: [],
          environment: {},
          depends_on: [],
          timeout_minutes: 60,
          when: { status: "success", branches: [], triggers: [] },
        },
      ],
      artifacts: [],
      on: { push: null, mr: null },
      concurrency: null,
      deploy: null,
    });
  });

  test("may use every key", () => {
    const text = `
pipeline:
  on:
    push: { branches: [main, "release/*"] }
    mr: { actions: [opened, synchronized] }
  concurrency: cancel_previous
  steps:
    - name: build
      image: node:22
      commands: [npm ci, npm run build]
      timeout_minutes: 0.5
    - name: deploy
      image: alpine
      depends_on: [build, build]
      when: { status: always, branches: [main], triggers: [push, api] }
  artifacts:
    - { name: dist, path: ./dist/, expires: 2w }
    - { name: log, path: out.log }
  deploy:
    image: $REGISTRY/team/$\{PROJECT}_web:$COMMIT_SHA
`;
    const { steps, ...rest } = parseDefinition(text);
    expect(steps).toMatchObject([
      { name: "build", commands: ["npm ci", "npm run build"], timeout_minutes: 0.5 },
      {
        name: "deploy",
        depends_on: ["build"],
        when: { status: "always", branches: ["main"], triggers: ["push", "api"] },
      },
    ]);
    expect(rest).toEqual({
      artifacts: [
        { name: "dist", path: "dist", expires_seconds: 1_209_600 },
        { name: "log", path: "out.log", expires_seconds: null },
      ],
      on: { push: { branches: ["main", "release/*"] }, mr: { actions: ["opened", "synchronized"] } },
      concurrency: "cancel_previous",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a variable of the definition's
      deploy: { image: "$REGISTRY/team/${PROJECT}_web:$COMMIT_SHA" },
    });
  });

  test("gives variables the text that is written", () => {
    const text = step("environment: { A: 3.10, B: true, C: 0x1F, D: 'x', E: , F: null, G: 1_000 }");
    const environment = { A: "3.10", B: "true", C: "0x1F", D: "x", E: "", F: "null", G: "1_000" };
    expect(parseDefinition(text).steps[0]?.environment).toEqual(environment);
  });

  test("may share parts by anchors and merge keys, and what is written wins over what is merged", () => {
    const text = `
x-node: &node { image: node:22, timeout_minutes: 5 }
x-slow: &slow { timeout_minutes: 90, commands: &tests [npm test] }
pipeline:
  steps:
    - { <<: *node, name: a, commands: *tests }
    - { name: b, timeout_minutes: 7, <<: *node }
    - { name: c, <<: [*slow, *node] }
`;
    expect(parseDefinition(text).steps).toMatchObject([
      { name: "a", image: "node:22", timeout_minutes: 5, commands: ["npm test"] },
      { name: "b", timeout_minutes: 7 },
      { name: "c", image: "node:22", timeout_minutes: 90, commands: ["npm test"] },
    ]);
  });

  test("may hold keys that mean nothing here, and keys without a value", () => {
    const text = `name: mine\npipeline:\n  steps: [{ name: a, image: b, color: red, x-nam: c, commands: }]\n  on:\n`;
    expect(parseDefinition(text).steps[0]).not.toHaveProperty("color");
  });

  test("reads 'on' as a key whatever version of YAML the file claims to be", () => {
    const text = "%YAML 1.1\n---\npipeline: { on: { push: { branches: [yes] } }, steps: [{ name: a, image: b }] }";
    expect(parseDefinition(text).on.push).toEqual({ branches: ["yes"] });
  });
});

test.each<[string, string, readonly string[]]>([
  ["nothing", "", ["1: there is no 'pipeline' with a list of 'steps'"]],
  ["another file", "- a\n- b\n", ["1: there is no 'pipeline' with a list of 'steps'"]],
  ["a pipeline without a value", "\npipeline:\n", ["2: there is no 'pipeline' with a list of 'steps'"]],
  ["no steps", "pipeline:\n  on: {}\n", ["1: pipeline must have at least one step"]],
  ["an empty list of steps", "pipeline:\n  steps: []\n", ["2: pipeline must have at least one step"]],
  [
    "a step without a name",
    "pipeline:\n  steps:\n    - image: a\n    - { image: b, name: '' }",
    ["3: step 1 is missing a name", "4: step 2 is missing a name"],
  ],
  ["a step without an image", "pipeline:\n  steps:\n    - name: x\n", ["3: step 'x' is missing an image"]],
  ["what is not YAML", "pipeline:\n  steps: [\n", [expect.stringMatching(/^[23]: this is not valid YAML: /)]],
  [
    "two documents",
    "pipeline: {}\n---\npipeline: {}",
    [expect.stringMatching(/^2: this is not valid YAML: .*multiple documents/)],
  ],
  ["a tag", step("commands: !secret [a]"), [expect.stringMatching(/^5: this is not valid YAML: .*!secret/)]],
  ["a key given twice", step("commands: [a]\n      commands: [b]"), ["6: the key 'commands' is here twice"]],
  ["an alias of nothing", step("commands: *x"), ["5: no anchor 'x' stands before this"]],
  [
    "a number for a command",
    step("commands: [5]"),
    ["5: step 'a': commands[0] must be text, not a number: put it in quotes"],
  ],
  [
    "a command with ': '",
    step("commands:\n        - echo a: b"),
    ["6: step 'a': commands[0] must be text, not a map: put it in quotes if it holds ': '"],
  ],
  ["one command", step("commands: npm test"), ["5: step 'a': commands must be a list: begin each item with '- '"]],
  [
    "a script that is too long",
    step(`commands: [${"x".repeat(100_001)}]`),
    [expect.stringContaining("5: step 'a': commands have more than 100000 bytes")],
  ],
  [
    "a reserved variable",
    step("environment: { PLATFORM_URL: x }"),
    ["5: step 'a': environment.PLATFORM_URL is set by the platform: choose another name"],
  ],
  [
    "a name of no variable",
    step("environment: { a-b: x }"),
    [expect.stringContaining("5: step 'a': environment.'a-b' is no name of a variable")],
  ],
  [
    "a variable that is a list",
    step("environment: { A: [x] }"),
    ["5: step 'a': environment.A must be text, not a list"],
  ],
  ["a timeout of nothing", step("timeout_minutes: 0"), ["5: step 'a': timeout_minutes must be more than 0"]],
  ["a timeout in words", step("timeout_minutes: 5m"), ["5: step 'a': timeout_minutes must be a number, not text"]],
  ["a timeout of two days", step("timeout_minutes: 2880"), ["5: step 'a': timeout_minutes must be at most 1440"]],
  [
    "an unknown condition",
    step("when: { status: failed }"),
    ["5: step 'a': when.status must be 'success' or 'failure' or 'always'"],
  ],
  ["a condition in one word", step("when: always"), ["5: step 'a': when must be a map of keys and values, not text"]],
  [
    "an unknown dependency",
    step("depends_on: [b, aa]"),
    ["5: step 'a' depends on 'b', and there is no such step", "5: step 'a' depends on 'aa', and there is no such step"],
  ],
  [
    "a misspelt dependency",
    `${step("commands: []", "build")}    - { name: x, image: y, depends_on: [biuld] }`,
    ["6: step 'x' depends on 'biuld', and there is no such step; did you mean 'build'?"],
  ],
  ["a step that waits for itself", step("depends_on: [a]"), ["5: steps depend on each other in a circle: 'a' -> 'a'"]],
  [
    "a circle",
    `${step("depends_on: [c]")}    - { name: b, image: y, depends_on: [a] }\n    - { name: c, image: y, depends_on: [b] }`,
    ["5: steps depend on each other in a circle: 'a' -> 'c' -> 'b' -> 'a'"],
  ],
  [
    "two steps of one name",
    `${step("commands: []")}    - { name: a, image: y }`,
    ["6: there is another step called 'a'"],
  ],
  [
    "a name of two lines",
    step("commands: []", '"a\\nb"'),
    ["3: step 'a b': name must be one line without control characters"],
  ],
  [
    "101 steps",
    `pipeline:\n  steps:\n${"    - { name: a, image: b }\n".repeat(101)}`,
    ["2: pipeline.steps has more than 100"],
  ],
  ["a misspelt key", step("depend_on: [b]"), ["5: step 'a': depend_on is not known; did you mean 'depends_on'?"]],
  [
    "a key in another style",
    step("timeoutMinutes: 5"),
    ["5: step 'a': timeoutMinutes is not known; did you mean 'timeout_minutes'?"],
  ],
  [
    "a key of another system",
    step("script: [npm test]"),
    ["5: step 'a': script is not known; did you mean 'commands'?"],
  ],
  [
    "a misspelt key beside the right one",
    "pipelines: {}\npipeline: { steps: [{ name: a, image: b }] }",
    ["1: pipelines is not known; did you mean 'pipeline'?"],
  ],
  ["another concurrency", pipeline("concurrency: 2"), ["3: pipeline.concurrency must be 'cancel_previous'"]],
  [
    "an unknown action",
    pipeline("on: { mr: { actions: [closed] } }"),
    ["3: pipeline.on.mr.actions[0] must be 'opened' or 'synchronized' or 'reopened'"],
  ],
  ["a deployment of nothing", pipeline("deploy: {}"), ["3: pipeline.deploy.image is missing"]],
  ["a deployment of an empty name", pipeline("deploy: { image: '' }"), ["3: pipeline.deploy.image must not be empty"]],
  [
    "a deployment in one word",
    pipeline("deploy: production"),
    ["3: pipeline.deploy must be a map of keys and values, not text"],
  ],
  [
    "a deployment of another variable",
    pipeline("deploy:\n    image: $REGISTRY/a:$TAG"),
    [
      "4: pipeline.deploy.image has the variable '$TAG', which is not known here; known are $COMMIT_SHA, $PROJECT, $REGISTRY, $BRANCH_SLUG",
    ],
  ],
  [
    "a deployment of a command",
    pipeline("deploy: { image: 'a:$(id)' }"),
    ["3: pipeline.deploy.image contains forbidden characters"],
  ],
  [
    "a deployment under another name",
    pipeline("deployment: { image: a }"),
    ["3: pipeline.deployment is not known; did you mean 'deploy'?"],
  ],
  [
    "an absolute artifact",
    pipeline("artifacts: [{ name: x, path: /etc/passwd }]"),
    ["3: artifact 'x': path must be a path in the work tree, not an absolute one"],
  ],
  [
    "an artifact from outside",
    pipeline("artifacts: [{ name: x, path: a/../../b }]"),
    ["3: artifact 'x': path must not leave the work tree by '..'"],
  ],
  [
    "the whole work tree",
    pipeline("artifacts: [{ name: x, path: ./ }]"),
    ["3: artifact 'x': path must name a file or a directory in the work tree, not all of it"],
  ],
  [
    "the repository itself",
    pipeline("artifacts: [{ name: x, path: ./.GIT/hooks }]"),
    ["3: artifact 'x': path must not be in '.git'"],
  ],
  [
    "a pattern of artifacts",
    pipeline("artifacts: [{ name: x, path: '*.log' }]"),
    [expect.stringContaining("'*' and '?' stand for nothing else here")],
  ],
  ["an artifact without a path", pipeline("artifacts: [{ name: x }]"), ["3: artifact 'x' is missing a path"]],
  [
    "two artifacts of one name",
    pipeline("artifacts: [{ name: x, path: a }, { name: x, path: b }]"),
    ["3: there is another artifact called 'x'"],
  ],
  [
    "a time without a unit",
    pipeline("artifacts: [{ name: x, path: a, expires: 7 }]"),
    ["3: artifact 'x': expires must be text, not a number: put it in quotes"],
  ],
  [
    "a time in another unit",
    pipeline("artifacts: [{ name: x, path: a, expires: 7y }]"),
    [expect.stringContaining("artifact 'x': expires must be a number with m, h, d or w")],
  ],
  ["NUL", step('commands: ["a\\0b"]'), ["5: this holds NUL, or half of a character"]],
  ["half of a character", step('commands: ["a\\ud800b"]'), ["5: this holds NUL, or half of a character"]],
])("says what is wrong with %s", (_, text, problems) => {
  expect(problemsOf(text)).toEqual(problems);
});

test("tells every problem with its line, and many problems in few words", () => {
  const text = `pipeline:\n  steps:\n${"    - { script: x }\n".repeat(20)}`;
  const message = new DefinitionError(Array.from({ length: 12 }, (_, index) => ({ line: index + 1, message: "no" })))
    .message;
  expect(message.split("\n")).toHaveLength(11);
  expect(message).toMatch(/^\.platform\.yaml, line 1: no\n.*and 2 more$/s);
  expect(problemsOf(text)).toHaveLength(60);
});

const laughs = `a0: &a0 [x]\n${Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]\n`).join("")}`;

test.each<[string, string, RegExp]>([
  ["2 MB", step(`commands:\n${"        - &a x\n        - *a\n".repeat(80_000)}`), /larger than 256 KiB/],
  ["many tokens", "- a\n".repeat(60_000), /holds too much/],
  ["brackets", "[".repeat(260_000), /holds too much/],
  ["deep brackets", "[".repeat(9000), /valid YAML|nested/],
  ["deep lists", "- ".repeat(5000), /valid YAML|nested/],
  ["aliases of aliases", laughs, /once its aliases are replaced/],
  [
    "merges of merges",
    laughs.replaceAll("[", "{ <<: [").replaceAll("]", "] }").replace("[x]", "[]"),
    /once its aliases are replaced/,
  ],
  [
    "aliases of a long text",
    `a: &a ${"x".repeat(100_000)}\nb: [${"*a,".repeat(1000)}]`,
    /once its aliases are replaced/,
  ],
  ["an alias of itself", "a: &a [*a]", /nested more than 32 deep/],
  ["a merge of itself", "a: &a { <<: *a }", /nested more than 32 deep/],
])("refuses %s", (_, text, problem) => {
  expect(problemsOf(text)[0]).toMatch(problem);
});

/** Pieces that make a text look like a definition. */
const pieces = fc.constantFrom(
  ..."pipeline|steps|name|image|commands|environment|depends_on|when|on|push|mr|artifacts|path|expires|a|1|7d|__proto__|<<|x-y".split(
    "|",
  ),
  ...[
    ": ",
    ":",
    "- ",
    "\n",
    "\n  ",
    "\n    ",
    "\n      ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&a ",
    "*a",
    "!t ",
    "|",
    ">",
    "'",
    '"',
    "#",
    "? ",
    "---",
    "%",
    "\t",
    "\r",
    "\0",
  ],
);

test.each<[string, fc.Arbitrary<string>]>([
  ["any text", fc.string({ unit: "binary", maxLength: 200 })],
  ["what looks like a definition", fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join(""))],
  [
    "a definition with something in it",
    fc.tuple(definitions, fc.nat(), pieces).map(([definition, at, piece]) => {
      const text = stringify(fileOf(definition));
      const place = at % text.length;
      return text.slice(0, place) + piece + text.slice(place);
    }),
  ],
  ["any value as a file", fc.jsonValue().map((value) => stringify({ pipeline: value }))],
])("%s is a definition, or told what is wrong", (_, texts) => {
  fc.assert(
    fc.property(texts, (text) => {
      problemsOf(text);
    }),
    { numRuns: 50 },
  );
});

test("what a definition says survives being written and read, as YAML and as JSON", () => {
  fc.assert(
    fc.property(definitions, (definition) => {
      expect(parseDefinition(stringify(fileOf(definition)))).toEqual(definition);
      expect(parseDefinition(JSON.stringify(fileOf(definition), null, 1))).toEqual(definition);
    }),
    { numRuns: 40 },
  );
});
