import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readYamlDocuments } from "../../yaml/read-yaml.ts";
import { YamlError } from "../../yaml/yaml-error.ts";
import { markTemplate } from "./template.ts";
import type { TemplateValues } from "./template-values.ts";

const known: TemplateValues = {
  image_ref: "registry.example/shop:1",
  project_name: "shop",
  environment: "production",
  host: "production.shop.example",
  values: { replicas: 3, debug: false, text: "a", deep: { "a-b": "c" }, list: [1], none: null },
};

function render(template: string, values: Partial<TemplateValues> = {}): readonly unknown[] {
  const { text, fill } = markTemplate(template, { ...known, ...values });
  return readYamlDocuments(text, { replace: fill, advice: "write less" }).values;
}

test("names are replaced, in quotes or not; a place on its own keeps its value's kind", () => {
  const template = `
image: {{ image_ref }}
quoted: "{{image_ref}}"
name: {{ project_name }}-{{ environment }}
replicas: {{ values.replicas }}
text: '{{ values.replicas }}'
debug: {{ values.debug }}
flow: [{{ values.text }}, "{{ values.deep.a-b }}"]
block: |
  host={{ host }}
  again={{ host }}
`;
  expect(render(template)).toEqual([
    {
      image: "registry.example/shop:1",
      quoted: "registry.example/shop:1",
      name: "shop-production",
      replicas: 3,
      text: "3",
      debug: false,
      flow: ["a", "c"],
      block: "host=production.shop.example\nagain=production.shop.example\n",
    },
  ]);
});

test("braces that are no place are what they are, and those that are to look like one can be written", () => {
  expect(render('a: "{}"\nb: {c: {d: e}}\nf: "{\\u007b x }}"')).toEqual([
    { a: "{}", b: { c: { d: "e" } }, f: "{{ x }}" },
  ]);
});

const hostile = [
  "x\n    privileged: true",
  "x\nhostNetwork: true",
  "x\n---\nkind: ClusterRole",
  "x\r\n...\r\n---",
  '"',
  "'",
  '", "privileged": true, "x": "',
  "'}, {a: b",
  "}} {{ values.other }}",
  "{{ values.other }}",
  "{{{ image_ref }}}",
  "&anchor",
  "*anchor",
  "<<: *a",
  "!!binary aGk=",
  "!!js/function 'x'",
  "# nothing",
  "a # nothing",
  "a: b",
  "- a",
  "? a",
  "| \n a",
  "> a",
  "%YAML 1.1",
  "@a",
  "`a`",
  "{a: b}",
  "[a, b]",
  "null",
  "~",
  "true",
  "0x10",
  "1e3",
  "",
  " ",
  "\t",
  "\u2028\u0085",
  "\ue000" + "0" + "\ue001",
  "$(cat /etc/passwd)",
  "__proto__",
];

describe("a value stays in its place", () => {
  const templates = [
    "a: {{ values.v }}\nb: x",
    'a: "{{ values.v }}"\nb: x',
    "a: '{{ values.v }}'\nb: x",
    "{a: {{ values.v }}, b: x}",
    "a: |-\n  {{ values.v }}\nb: x",
    "a: &anchor {{ values.v }}\nb: x",
  ];

  test.each(hostile)("%j", (value) => {
    for (const template of templates) {
      const [document, ...more] = render(template, { values: { v: value, other: "other" } });
      expect(more).toEqual([]);
      expect(document).toEqual({ a: value, b: "x" });
    }
  });

  test("any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.constantFrom(...templates), (value, template) => {
        fc.pre(!value.includes("\0") && value.isWellFormed());
        expect(render(template, { values: { v: value } })).toEqual([{ a: value, b: "x" }]);
      }),
      { numRuns: 300 },
    );
  });

  test("in the middle of another text", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        fc.pre(!value.includes("\0"));
        expect(render("a: x-{{ image_ref }}-y", { image_ref: value })).toEqual([{ a: `x-${value}-y` }]);
      }),
      { numRuns: 100 },
    );
  });
});

test.each([
  ["a: {{ nothing }}", /^line 1: the template's 'nothing' is not known: there is image_ref, project_name/],
  ["a: b\n\nc: {{ values.nothing }}", /^line 3: the template's 'values.nothing' has no value/],
  ["a: {{ values.none }}", /has no value/],
  ["a: {{ values }}", /is a list or a map/],
  ["a: {{ values.list }}", /is a list or a map/],
  ["a: {{ values.list.0 }}", /has no value/],
  ["a: {{ values.list.length }}", /has no value/],
  ["a: {{ values.text.length }}", /has no value/],
  ["a: {{ constructor }}", /is not known/],
  ["a: {{ __proto__ }}", /is not known/],
  ["a: {{ values.__proto__ }}", /has no value/],
  ["a: {{ values.constructor.constructor }}", /has no value/],
  ["a: {{ values.toString }}", /has no value/],
  ["a: {{ values.deep.hasOwnProperty }}", /has no value/],
  ["a: {{ values['text'] }}", /is not the name of a value/],
  ["a: {{> partial }}", /is not the name of a value/],
  ["{{#values}}\na: b\n{{/values}}", /^line 1: .*is not the name of a value[\s\S]*line 3: /],
  ["a: {{^values}}", /is not the name of a value/],
  ["a: {{& image_ref }}", /is not the name of a value/],
  ["a: {{{ image_ref }}}", /'{{' begins no place/],
  ["{{=<% %>=}}", /is not the name of a value/],
  ["a: {{! nothing }}", /is not the name of a value/],
  ["a: {{ image_ref | upper }}", /is not the name of a value/],
  ["a: {{ 7 * 7 }}", /is not the name of a value/],
  ["a: {{ include('x') }}", /is not the name of a value/],
  ["a: {{ }}", /is not the name of a value/],
  ["a: {{ .Values.text }}", /is not the name of a value/],
  ["a: {{ image_ref\n}}", /^line 1: '{{' begins no place/],
  [`a: {{ ${"x".repeat(300)} }}`, /'{{' begins no place/],
  ["\n{% for x in values %}\n", /^line 2: '{%' begins no statement/],
  ["a: b\r\nc: {{ x }}", /^line 2: /],
  ["a: b\n{{ values.text }}: c", /^line 2: a key cannot be taken/],
  ["a\ue0001\ue001: b", /line 1: .*U\+E000/],
])("%j is refused", (template, message) => {
  expect(() => render(template)).toThrow(message);
});

test("any template is rendered or refused with a line", () => {
  const unit = fc.constantFrom(
    "{{",
    "}}",
    "{%",
    "{",
    "}",
    " values.text ",
    "image_ref",
    ": ",
    "\n",
    "- ",
    "|",
    "'",
    '"',
    "a",
    "&a",
    "*a",
    "---\n",
  );
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 20 }), (parts) => {
      try {
        render(parts.join(""));
      } catch (error) {
        expect(error).toBeInstanceOf(YamlError);
        expect(String(error)).toMatch(/line \d+: /);
      }
    }),
    { numRuns: 300 },
  );
});

test.each([
  ["{{", 130_000],
  ["{{ ", 87_000],
  ["{%", 130_000],
  ["{{ x }}", 37_000],
  ["{{ x }", 43_000],
  ["{{ x }}\n", 32_000],
])("many %j are refused in no time, and not all of them told", (text, times) => {
  const started = performance.now();
  const error = attempt(() => render(text.repeat(times)));
  // It takes milliseconds; what grows with the square of the length takes minutes.
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(error).toBeInstanceOf(YamlError);
  expect(error instanceof YamlError && error.problems.length).toBeLessThan(200);
});

function attempt(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
