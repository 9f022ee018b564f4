import { type Permission, permissions } from "@platform-mcp/client/contract";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findProject, listReadableProjects } from "../projects/queries.ts";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { permissionsOn } from "./authorise.ts";
import { findCaller } from "./tokens.ts";

/**
 * Random administration over HTTP by anybody with any token, against a model that states the rules again, without
 * sharing code: what may be granted by whom, and what everybody holds after it.
 */
const userNames = ["root", "ann", "bob", "cat", "bot"] as const;
type User = (typeof userNames)[number];
type Place = "north" | "south" | null;
const agents: readonly User[] = ["bot"];
const used: readonly Permission[] = ["project:read", "deploy:promote", "admin:users", "admin:roles", "admin:delegate"];

interface Model {
  readonly roles: Map<string, Set<Permission>>;
  readonly assignments: Set<string>;
  readonly loans: { id: string; from: User; to: User; permission: Permission; place: Place; live: boolean }[];
  readonly inactive: Set<User>;
  readonly owners: Record<"north" | "south", User>;
  readonly open: "south";
}

const key = (user: User, role: string, place: Place) => `${user} ${role} ${place ?? "everywhere"}`;

/** What a user holds in a place of their own. */
function owns(model: Model, user: User, permission: Permission, place: Place): boolean {
  if (agents.includes(user)) return false;
  if (place !== null && model.owners[place] === user && !permission.startsWith("admin:")) return true;
  if (place === model.open && permission === "project:read") return true;
  return [...model.roles].some(
    ([role, granted]) =>
      granted.has(permission) && [null, place].some((where) => model.assignments.has(key(user, role, where))),
  );
}

function holds(model: Model, user: User, permission: Permission, place: Place, seen: readonly User[] = []): boolean {
  if (model.inactive.has(user) || seen.includes(user)) return false;
  if (owns(model, user, permission, place)) return true;
  return model.loans.some(
    (loan) =>
      loan.live &&
      loan.to === user &&
      loan.permission === permission &&
      (loan.place === null || loan.place === place) &&
      holds(model, loan.from, permission, place, [...seen, user]),
  );
}

/** Whether a user may give a permission away for good. */
function maySpend(model: Model, user: User, permission: Permission, place: Place): boolean {
  if (model.inactive.has(user)) return false;
  if (!agents.includes(user)) return owns(model, user, permission, place);
  if (permission.startsWith("admin:")) return false;
  return model.loans.some(
    ({ live, to, from, place: where, ...loan }) =>
      live &&
      to === user &&
      loan.permission === permission &&
      (where === null || where === place) &&
      maySpend(model, from, permission, place),
  );
}

interface Token {
  readonly user: User;
  readonly scopes: readonly Permission[];
  readonly place: Place;
}

const within = ({ scopes, place }: Token, permission: Permission, where: Place) =>
  (place === null || place === where) && (scopes.length === 0 || scopes.includes(permission));

const user = fc.constantFrom(...userNames);
const place = fc.constantFrom<Place[]>(null, null, "north", "south");
const permission = fc.constantFrom(...used);
const token: fc.Arbitrary<Token> = fc.record({
  // Those who may do something, more often.
  user: fc.constantFrom<User[]>("root", "root", "ann", "ann", ...userNames),
  scopes: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.uniqueArray(permission, { maxLength: 3 }) },
  ),
  place: fc.constantFrom<Place[]>(null, null, null, "north"),
});
const roleName = fc.constantFrom("admin", "lead", "clerk");
const action = fc.oneof(
  fc.record({ kind: fc.constant("assign" as const), by: token, user, role: roleName, place }),
  fc.record({ kind: fc.constant("remove" as const), by: token, user, role: roleName }),
  fc.record({
    kind: fc.constant("set" as const),
    by: token,
    role: fc.constantFrom("lead", "clerk"),
    names: fc.uniqueArray(permission, { maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant("lend" as const), by: token, user, permission, place }),
  fc.record({ kind: fc.constant("revoke" as const), by: token, which: fc.nat() }),
  fc.record({ kind: fc.constant("expire" as const), which: fc.nat() }),
  fc.record({ kind: fc.constant("deactivate" as const), by: token, user }),
  fc.record({
    kind: fc.constant("mint" as const),
    by: token,
    scopes: fc.uniqueArray(permission, { maxLength: 2 }),
    place,
  }),
);
type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never;

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.close());

/** A world of its own in the database, and what the model says of it. */
class World {
  readonly model: Model = {
    roles: new Map([
      ["admin", new Set(permissions)],
      ["lead", new Set(["project:read", "admin:users"])],
      ["clerk", new Set()],
    ]),
    assignments: new Set([key("root", "admin", null), key("ann", "lead", null)]),
    loans: [],
    inactive: new Set(),
    owners: { north: "ann", south: "bob" },
    open: "south",
  };
  readonly ids = new Map<string, string>();

  id(name: string): string {
    return this.ids.get(name) ?? "missing";
  }

  placeId(where: Place): string | null {
    return where === null ? null : this.id(where);
  }

  async create(serial: number): Promise<void> {
    const { db } = platform;
    // The administrator of the installation would always be left: in this world only its own people count.
    await db.updateTable("users").set({ is_active: false }).execute();
    this.ids.set("admin", await platform.idOf("roles", "admin"));
    for (const name of ["lead", "clerk"]) {
      this.ids.set(name, await platform.addRole(`${name}-${serial}`, [...(this.model.roles.get(name) ?? [])]));
    }
    for (const name of userNames) {
      this.ids.set(name, await platform.addUser(`${name}-${serial}`, [], agents.includes(name) ? "agent" : "human"));
    }
    for (const where of ["north", "south"] as const) {
      const owner = `${this.model.owners[where]}-${serial}`;
      const visibility = where === this.model.open ? "internal" : "private";
      this.ids.set(where, await platform.addProject(owner, `${where}-${serial}`, visibility));
    }
    for (const [name, role] of [
      ["root", "admin"],
      ["ann", "lead"],
    ] as const) {
      const row = { user_id: this.id(name), role_id: this.id(role), project_id: null };
      await db.insertInto("user_roles").values(row).execute();
    }
    this.serial = serial;
  }
  serial = 0;

  async raw({ user: name, scopes, place: where }: Token): Promise<string> {
    return await platform.token({
      user: `${name}-${this.serial}`,
      scopes,
      ...(where !== null && { project: this.id(where) }),
    });
  }

  may(by: Token, needed: Permission, where: Place): boolean {
    return holds(this.model, by.user, needed, where) && within(by, needed, where);
  }

  mayGive(by: Token, given: Permission, where: Place): boolean {
    return maySpend(this.model, by.user, given, where) && within(by, given, where);
  }

  /** Whether an active human has admin:users everywhere by a role. */
  governed(): boolean {
    return userNames.some((name) => !this.model.inactive.has(name) && owns(this.model, name, "admin:users", null));
  }

  /** Does it, for real and in the model; the two must agree on whether it may be done. */
  async run(step: Action): Promise<void> {
    const { model } = this;
    if (step.kind === "expire") {
      const loan = model.loans[step.which % Math.max(model.loans.length, 1)];
      if (loan === undefined) return;
      loan.live = false;
      const past = new Date(Date.now() - 1000).toISOString();
      await platform.db.updateTable("delegations").set({ expires_at: past }).where("id", "=", loan.id).execute();
      return;
    }
    const bearer = await this.raw(step.by);
    const send = async (method: string, path: string, body?: unknown) => {
      const answer = await platform.send(method, path, bearer, body);
      expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500);
      return answer;
    };
    const active = !model.inactive.has(step.by.user);
    const agree = (status: number, allowed: boolean) =>
      expect(status < 300, `${JSON.stringify(step)} answered ${status}`).toBe(active && allowed);

    if (step.kind === "assign") {
      const granted = [...(model.roles.get(step.role) ?? [])];
      const project_id = this.placeId(step.place);
      const body = { role_id: this.id(step.role), project_id };
      const { status } = await send("POST", `/api/admin/users/${this.id(step.user)}/roles`, body);
      const assignment = key(step.user, step.role, step.place);
      agree(
        status,
        this.may(step.by, "admin:users", null) &&
          !agents.includes(step.user) &&
          granted.every((each) => this.mayGive(step.by, each, step.place)) &&
          !model.assignments.has(assignment),
      );
      if (status < 300) model.assignments.add(assignment);
    } else if (step.kind === "remove") {
      const had = [null, "north" as const, "south" as const]
        .map((where) => key(step.user, step.role, where))
        .filter((assignment) => model.assignments.has(assignment));
      for (const assignment of had) model.assignments.delete(assignment);
      const governed = this.governed();
      for (const assignment of had) model.assignments.add(assignment);
      const path = `/api/admin/users/${this.id(step.user)}/roles/${this.id(step.role)}`;
      const { status } = await send("DELETE", path);
      agree(status, this.may(step.by, "admin:users", null) && had.length > 0 && governed);
      if (status < 300) for (const assignment of had) model.assignments.delete(assignment);
    } else if (step.kind === "set") {
      const before = model.roles.get(step.role) ?? new Set();
      const added = step.names.filter((name) => !before.has(name));
      const mayGive = added.every((each) => this.mayGive(step.by, each, null));
      const may = this.may(step.by, "admin:roles", null);
      model.roles.set(step.role, new Set(step.names));
      const governed = this.governed();
      model.roles.set(step.role, before);
      const path = `/api/admin/roles/${this.id(step.role)}/permissions`;
      const { status } = await send("PUT", path, { permissions: step.names });
      agree(status, may && mayGive && governed);
      if (status < 300) model.roles.set(step.role, new Set(step.names));
    } else if (step.kind === "lend") {
      const loan = { from: step.by.user, to: step.user, permission: step.permission, place: step.place };
      const there = model.loans.some(
        (other) => other.live && Object.entries(loan).every(([name, value]) => Object(other)[name] === value),
      );
      const body = {
        delegate_id: this.id(step.user),
        permission: step.permission,
        project_id: this.placeId(step.place),
      };
      const { status, body: made } = await send("POST", "/api/admin/delegations", body);
      agree(
        status,
        this.may(step.by, "admin:delegate", null) &&
          this.may(step.by, step.permission, step.place) &&
          step.user !== step.by.user &&
          !model.inactive.has(step.user) &&
          !there,
      );
      if (status < 300) model.loans.push({ ...loan, id: made.id, live: true });
    } else if (step.kind === "revoke") {
      const loan = model.loans[step.which % Math.max(model.loans.length, 1)];
      if (loan === undefined) return;
      const { status } = await send("DELETE", `/api/admin/delegations/${loan.id}`);
      // One that has only expired can still be revoked, which changes nothing.
      if (loan.live) agree(status, this.may(step.by, "admin:delegate", null));
      if (status < 300) loan.live = false;
    } else if (step.kind === "deactivate") {
      const before = new Set(model.inactive);
      model.inactive.add(step.user);
      const governed = this.governed();
      if (!before.has(step.user)) model.inactive.delete(step.user);
      const may = this.may(step.by, "admin:users", null);
      const { status } = await send("DELETE", `/api/users/${this.id(step.user)}`);
      agree(status, may && governed);
      if (status < 300) {
        model.inactive.add(step.user);
        for (const loan of model.loans) if ([loan.from, loan.to].includes(step.user)) loan.live = false;
      }
    } else {
      const body = { name: "minted", scopes: step.scopes, project_id: this.placeId(step.place) };
      const { status } = await send("POST", "/api/tokens", body);
      const fits = step.by.place === null || step.by.place === step.place;
      const seen = step.place === null || permissions.some((each) => holds(model, step.by.user, each, step.place));
      const scoped =
        step.scopes.length === 0
          ? step.by.scopes.length === 0
          : step.scopes.every((scope) => this.may(step.by, scope, step.place));
      agree(status, fits && seen && scoped);
    }
  }

  /** Everybody holds, everywhere and by every token, what the model says; and lists show what the rule says. */
  async check(tokens: readonly Token[]): Promise<void> {
    expect(this.governed()).toBe(true);
    const limits = userNames.map((name) => ({ user: name, scopes: [], place: null }));
    for (const by of [...limits, ...tokens]) {
      const caller = await findCaller(platform.db, await this.raw(by));
      expect(caller === undefined).toBe(this.model.inactive.has(by.user));
      if (caller === undefined) continue;
      const readable: string[] = [];
      for (const where of [null, "north", "south"] as const) {
        const project = where === null ? null : ((await findProject(platform.db, this.id(where))) ?? null);
        const expected = permissions.filter((each) => this.may(by, each, where));
        expect([...(await permissionsOn(platform.db, caller, project))].sort()).toEqual([...expected].sort());
        if (where !== null && expected.includes("project:read")) readable.push(this.id(where));
      }
      const filter = { limit: 100, offset: 0 };
      const listed = (await listReadableProjects(platform.db, caller, filter)).items.map(({ id }) => id);
      const own = [this.id("north"), this.id("south")];
      expect(listed.filter((id) => own.includes(id)).sort()).toEqual(readable.sort());
    }
  }
}

test("nobody can grant what they do not hold, and everybody holds just what was granted and still stands", async () => {
  let serial = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { minLength: 8, maxLength: 20 }),
      fc.array(token, { maxLength: 3 }),
      async (steps, tokens) => {
        const world = new World();
        await world.create(++serial);
        for (const step of steps) await world.run(step);
        await world.check(tokens);
      },
    ),
    { numRuns: 25, endOnFailure: true },
  );
}, 120_000);
