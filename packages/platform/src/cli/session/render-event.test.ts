import { sessions } from "@platform-mcp/client/contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderEvent } from "./render-event.ts";

const kinds = sessions.sessionEventKind.options;

function render(kind: sessions.SessionEventKind, message: string, metadata?: Record<string, unknown>): string {
  return renderEvent({ number: 1, kind, message, created_at: "2026-11-22T10:00:00Z", ...(metadata && { metadata }) });
}

describe("an event is shown", () => {
  test("by what it is, each line of it", () => {
    expect(render("message", "Improve the greeting\nplease")).toBe("# Improve the greeting\n# please\n");
    expect(render("setup", "added 12 packages")).toBe("| added 12 packages\n");
    expect(render("thinking", "Where is it?")).toBe("~ Where is it?\n");
    expect(render("text", "It is in greeting.txt.\n\nI change it.\n")).toBe(
      "  It is in greeting.txt.\n\n  I change it.\n",
    );
    expect(render("tool_call", "Bash: npm test", { tool: "Bash" })).toBe("> Bash: npm test\n");
    expect(render("tool_result", "ok", { is_error: false })).toBe("< ok\n");
    expect(render("tool_result", "Exit code 3", { is_error: true })).toBe("! Exit code 3\n");
    expect(render("milestone", "Pushed 0123456 to agent/1")).toBe("* Pushed 0123456 to agent/1\n");
    expect(render("error", "no way")).toBe("! no way\n");
    expect(render("completed", "All done")).toBe("= All done\n");
  });

  test("indented where an agent that the agent has started says it", () => {
    expect(render("text", "It is friendly.", { parent: "toolu_1" })).toBe("      It is friendly.\n");
  });

  test("as far as it is worth reading: all that is said, the beginning of what tools print", () => {
    const many = Array.from({ length: 100 }, (_, index) => `line ${index + 1}`).join("\n");
    expect(render("text", many).split("\n")).toHaveLength(101);
    expect(render("tool_result", many)).toBe("< line 1\n< line 2\n< line 3\n< … 97 more lines\n");
    expect(render("tool_result", "1\n2\n3\n4")).toMatch(/< … 1 more line\n$/);
    expect(render("tool_call", "x".repeat(500))).toBe(`> ${"x".repeat(159)}…\n`);
    expect(render("tool_call", "👋".repeat(160))).toBe(`> ${"👋".repeat(160)}\n`);
  });
});

describe("text of others", () => {
  test("cannot steer the terminal", () => {
    expect(render("text", "\u001b[2J\u001b]0;title\u0007red\u001b[31m\r\nnext\rlast\u202e\u200b\u0000\u009b1m")).toBe(
      "  red\n  next\n  last\n",
    );
  });

  test("stays within the lines of its event, whatever it holds", () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
    const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
    const hostile = fc.string({
      unit: fc.oneof(
        fc.constantFrom("\n", "\r", "\u001b[", "\u009b", "\u2028", "\u202e", "* ", "! ", "\u0085"),
        fc.string({ unit: "binary", maxLength: 3 }),
      ),
    });
    fc.assert(
      fc.property(fc.constantFrom(...kinds), hostile, (kind, message) => {
        const lines = render(kind, message).split("\n");
        expect(lines.pop()).toBe("");
        const [first = ""] = lines;
        const mark = (kind === "text" ? "  " : first.slice(0, 2)).trimEnd();
        for (const line of lines) {
          expect(line.startsWith(mark) || line === "").toBe(true);
          expect(line).not.toMatch(unsafe);
        }
      }),
      { numRuns: 300 },
    );
  });
});
