import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { sqlStore } from "../src/index.ts";

/** A message of Postgres' protocol: a letter, its length, its body. https://www.postgresql.org/docs/current/protocol-message-formats.html */
const message = (type: string, body: Buffer | string): Buffer => {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(Buffer.byteLength(body) + 4, 1);
  return Buffer.concat([head, Buffer.from(body)]);
};

it("survives a Postgres that welcomes it and is shut down in one breath", async () => {
  const authenticated = message("R", Buffer.alloc(4));
  const ready = message("Z", "I");
  const shutDown = message("E", "SFATAL\0C57P01\0Mterminating connection\0\0");
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(Buffer.concat([authenticated, ready, shutDown])));
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const store = sqlStore({ url: `postgres://nobody@127.0.0.1:${port}/none` });
  await expect(store.open("test")).rejects.toThrow("could not be opened");
  await store.close();
});
