/** What the agent writes into the example's repository, as shell commands. */

/** A test for what the issue asks for, which fails before it is there. */
export const addFailingTest = `cat >> test/app.test.js <<'END'

test("a limit gives only the newest greetings", async () => {
  for (const name of ["Ann", "Bob", "Cleo"]) await post(JSON.stringify({ name, text: "hello" }));
  const newest = await (await fetch(\`\${url}/api/greetings?limit=2\`)).json();
  assert.deepEqual(newest.map(({ name }) => name), ["Cleo", "Bob"]);
});
END`;

/** The feature. */
export const addLimit = `git apply <<'END'
--- a/src/app.js
+++ b/src/app.js
@@ -13,7 +13,7 @@
       GET: () => json(200, { status: "ok" }),
     },
     "/api/greetings": {
-      GET: () => json(200, greetings.list()),
+      GET: (request) => json(200, greetings.list().slice(0, readLimit(request))),
       POST: async (request) => json(201, greetings.add(await readJson(request))),
     },
   };
@@ -43,6 +43,11 @@
   }
 }
 
+function readLimit({ url }) {
+  const limit = new URL(url, "http://localhost").searchParams.get("limit");
+  return limit === null ? undefined : Number(limit);
+}
+
 async function readJson(request) {
   const chunks = [];
   let size = 0;
END`;

/** What the reviewer asks for, with its test. */
export const refuseBadLimit = `git apply <<'END'
--- a/src/app.js
+++ b/src/app.js
@@ -45,7 +45,9 @@
 
 function readLimit({ url }) {
   const limit = new URL(url, "http://localhost").searchParams.get("limit");
-  return limit === null ? undefined : Number(limit);
+  if (limit === null) return undefined;
+  if (!/^\\d+$/.test(limit)) throw new InvalidGreeting("limit is not a whole number");
+  return Number(limit);
 }
 
 async function readJson(request) {
END
cat >> test/app.test.js <<'END'

test("a limit that is no number is refused", async () => {
  const response = await fetch(\`\${url}/api/greetings?limit=many\`);
  assert.equal(response.status, 400);
  assert.deepEqual(await response.json(), { error: "limit is not a whole number" });
});
END`;
