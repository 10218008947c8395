import { randomBytes } from "node:crypto";

/** A request as somebody sends it who knows the address and the form, and not the secret. */
export const forge = async (url: string): Promise<void> => {
  const id = "0198f560-8440-7000-8000-00000000f0f0";
  const event = {
    id,
    service: "datasync",
    event_type: "sync_success",
    level: "info",
    message: "all is well, go back to sleep",
    timestamp: new Date().toISOString(),
    details: {},
    metrics: {},
  };
  await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(Date.now() / 1_000)),
      "webhook-signature": `v1,${randomBytes(32).toString("base64")}`,
    },
    body: JSON.stringify(event),
  });
};
