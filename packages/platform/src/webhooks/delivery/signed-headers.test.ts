import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { signedHeaders } from "./signed-headers.ts";

const delivery = { id: "7c", event: "push", body: '{"ref":"refs/heads/größe"}', timestamp: 1_700_000_000 };

test("without a secret, nothing is signed", () => {
  expect(signedHeaders({ ...delivery, secret: undefined })).toEqual({
    "content-type": "application/json",
    "user-agent": "Platform-Webhook/1.0",
    "x-platform-event": "push",
    "x-platform-delivery": "7c",
    "webhook-id": "7c",
    "webhook-timestamp": "1700000000",
  });
});

test("with one, the body is, and for Standard Webhooks also what it is and when it was sent", () => {
  const headers = signedHeaders({ ...delivery, secret: "s3cret" });
  const sign = (text: string) => createHmac("sha256", "s3cret").update(text);
  expect(headers["x-platform-signature"]).toBe(`sha256=${sign(delivery.body).digest("hex")}`);
  expect(headers["webhook-signature"]).toBe(`v1,${sign(`7c.1700000000.${delivery.body}`).digest("base64")}`);
});

test("a secret in the form of Standard Webhooks gives the signature of its example", () => {
  const headers = signedHeaders({
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    event: "test",
    body: '{"test": 2432232314}',
    timestamp: 1614265330,
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  });
  expect(headers["webhook-signature"]).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
});
