import { once } from "node:events";
import { createServer } from "node:http";
import { Client } from "undici";
import { expect, test } from "vitest";
import { parseAllowList } from "./allow-list.ts";
import { Outbound } from "./outbound.ts";
import { outboundConnector } from "./outbound-connector.ts";
import { RefusedAddressError } from "./refused-address-error.ts";
import { startNameServer } from "./testing/name-server.ts";

const strict = new Outbound({ allow: parseAllowList("") });

test.each([
  "http://127.0.0.1",
  "http://localhost:8080/x",
  "http://LOCALHOST./",
  "http://[::1]/",
  "http://[::ffff:10.0.0.1]/",
  "http://2130706433/",
  "http://0x7f.1/",
  "http://0177.0.0.1/",
  "http://127。0。0。1/",
  "http://169.254.169.254/latest/meta-data",
  "http://metadata.google.internal/",
  "https://192.168.1.1:8443",
])("%s is refused before it is called, and when it is", async (text) => {
  const { hostname } = new URL(text);
  expect(() => strict.checkHost(hostname)).toThrow(RefusedAddressError);
  await expect(strict.addressesOf(hostname)).rejects.toThrow(RefusedAddressError);
});

test("a name is judged by everything that it stands for", async () => {
  await using names = await startNameServer({
    "public.example": [["8.8.8.8", "2606:4700::1"]],
    "six.example": [["2606:4700::1"]],
    "inside.example": [["10.0.0.1"]],
    "mixed.example": [["8.8.8.8", "10.0.0.1"]],
    "mapped.example": [["8.8.8.8", "::ffff:10.0.0.1"]],
    "unique-local.example": [["8.8.8.8", "fd00::1"]],
  });
  const outbound = new Outbound({ allow: parseAllowList("172.16.0.0/12"), nameServers: [names.address] });
  expect(await outbound.addressesOf("public.example.")).toEqual([
    { address: "8.8.8.8", family: 4 },
    { address: "2606:4700::1", family: 6 },
  ]);
  expect(await outbound.addressesOf("SIX.example")).toEqual([{ address: "2606:4700::1", family: 6 }]);
  for (const host of ["inside.example", "mixed.example", "mapped.example", "unique-local.example"]) {
    expect(() => outbound.checkHost(host)).not.toThrow();
    await expect(outbound.addressesOf(host)).rejects.toThrow(new RefusedAddressError(host));
  }
  await expect(outbound.addressesOf("unknown.example")).rejects.toMatchObject({ code: "ENOTFOUND" });
});

test("what is allowed may be inside", async () => {
  await using names = await startNameServer({ "receiver.example": [["10.1.2.3"]], "other.example": [["10.2.0.1"]] });
  const outbound = new Outbound({ allow: parseAllowList("localhost,10.1.0.0/16"), nameServers: [names.address] });
  expect((await outbound.addressesOf("localhost")).map(({ address }) => address)).toContain("127.0.0.1");
  expect(await outbound.addressesOf("receiver.example")).toEqual([{ address: "10.1.2.3", family: 4 }]);
  await expect(outbound.addressesOf("other.example")).rejects.toThrow(RefusedAddressError);
  await expect(outbound.addressesOf("127.0.0.1")).rejects.toThrow(RefusedAddressError);
  expect(await outbound.addressesOf("[::ffff:a01:203]")).toEqual([{ address: "::ffff:a01:203", family: 6 }]);
});

test("the HTTP library connects to the address that was checked, and to none that was not", async () => {
  const server = createServer((_, response) => response.end("reached")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  let connections = 0;
  server.on("connection", () => connections++);
  // The second answer is for whoever asks again between the check and the connection.
  await using names = await startNameServer({
    "allowed.example": [["127.0.0.1"], ["10.9.9.9"]],
    "rebinding.example": [["10.9.9.9"], ["127.0.0.1"]],
  });
  const outbound = new Outbound({ allow: parseAllowList("127.0.0.1"), nameServers: [names.address] });
  const get = async (host: string, by: Outbound) => {
    const client = new Client(`http://${host}:${port}`, { connect: outboundConnector(by, 5_000) });
    try {
      return await (await client.request({ method: "GET", path: "/" })).body.text();
    } finally {
      await client.destroy();
    }
  };
  expect(await get("allowed.example", outbound)).toBe("reached");
  expect(names.asked).toEqual(expect.arrayContaining(["allowed.example 1", "allowed.example 28"]));
  expect(names.asked).toHaveLength(2);
  expect(connections).toBe(1);
  await expect(get("rebinding.example", outbound)).rejects.toThrow(RefusedAddressError);
  await expect(get("127.0.0.1", strict)).rejects.toThrow(RefusedAddressError);
  await expect(get("[::ffff:127.0.0.1]", strict)).rejects.toThrow(RefusedAddressError);
  expect(connections).toBe(1);
  server.close();
  await once(server, "close");
});
