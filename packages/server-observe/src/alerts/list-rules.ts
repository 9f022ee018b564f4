import { alerts } from "@platform-mcp/client";
import type { Api, Page } from "@platform-mcp/server-kit";
import type { Rule } from "./rule.ts";
import { withStates } from "./states-of-older.ts";

export interface RuleFilters {
  readonly project_id: string | undefined;
  readonly status: alerts.AlertState | undefined;
}

export interface Rules {
  readonly items: readonly Rule[];
  readonly total: number;
  readonly totalIsMinimum?: boolean;
  /** False on the first platform, which knows no states. */
  readonly hasStates: boolean;
}

/** The largest page that platforms give, and how many of them are looked through where states have to be found out. */
const largestPage = 100;
const mostPages = 3;

/** A page of rules, those that fire first. */
export async function listRules(api: Api, filters: RuleFilters, page: Page): Promise<Rules> {
  const answer = await api.call(alerts.listAlerts, { ...filters, ...page });
  const isOlder = answer.items.some(({ state }) => state === undefined);
  if (!isOlder) return { ...answer, hasStates: true };
  const all: Rule[] = [];
  for (let at = 0; at < mostPages; at++) {
    const next = await api.call(alerts.listAlerts, {
      project_id: filters.project_id,
      limit: largestPage,
      offset: all.length,
    });
    all.push(...next.items);
    if (next.items.length === 0 || all.length >= next.total) break;
  }
  const rules = await withStates(api, all);
  const fitting = filters.status === undefined ? rules : rules.filter(({ state }) => state === filters.status);
  const firing = (rule: Rule) => (rule.state === "firing" ? 0 : 1);
  const sorted = fitting.toSorted((one, other) => firing(one) - firing(other));
  return {
    items: sorted.slice(page.offset, page.offset + page.limit),
    total: sorted.length,
    totalIsMinimum: all.length < answer.total,
    hasStates: false,
  };
}
