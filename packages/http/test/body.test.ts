import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode } from "../src/decode.ts";
import { client, patient } from "./client.ts";
import { serve, tcp } from "./servers.ts";

const limit = 64 * 1024;

const fetched = async (body: Buffer | string, headers: Record<string, string> = {}) => {
  const server = await serve((_, response) => response.writeHead(200, headers).end(body));
  return client().post({ url: server.url, body: "", signal: patient() });
};

describe("a body", () => {
  it.each([limit - 1, limit])("of %i bytes comes whole", async (length) => {
    const answer = await fetched("x".repeat(length));
    expect([answer.body.length, answer.truncated]).toEqual([length, false]);
  });

  it("that is longer is cut at 64 KiB, and its socket destroyed (trap 33)", async () => {
    let ended: Promise<unknown> | undefined;
    const server = await tcp((socket) => {
      ended ??= once(socket, "close");
      const more = () => socket.write("x".repeat(16_384), () => setImmediate(more));
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        more();
      });
    });
    const answer = await client().post({ url: server.url, body: "", signal: patient() });
    expect([answer.status, answer.body.length, answer.truncated]).toEqual([200, limit, true]);
    await ended;
  });

  it("loses its byte order mark, and bytes that are not UTF-8 become U+FFFD", async () => {
    const answer = await fetched(Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d, 0xff]));
    expect(answer.body).toBe("{}\ufffd");
  });
});

describe("a compressed body", () => {
  const text = '{"code":19001,"msg":"param invalid: incoming webhook access token invalid"}';

  it.each([
    ["gzip", gzipSync(text)],
    ["x-gzip", gzipSync(text)],
    ["br", brotliCompressSync(text)],
    ["deflate", deflateSync(text)],
    ["Deflate", deflateRawSync(text)],
    ["identity", Buffer.from(text)],
    ["deflate, gzip", gzipSync(deflateSync(text))],
  ])("in %s is read although none was asked for (trap 47)", async (encoding, body) => {
    const answer = await fetched(body, { "content-encoding": encoding });
    expect(answer).toMatchObject({ body: text, truncated: false });
  });

  it.each([["utf-8"], ["UTF8"], ["none"], ["binary"], ["8bit"], ["iso-8859-1"], [""], [" , "]])(
    "is as it came where %j is named, which is no encoding",
    async (mistaken) => {
      const answer = await fetched(Buffer.from(text), { "content-encoding": mistaken });
      expect(answer).toMatchObject({ body: text, truncated: false });
    },
  );

  it.each([
    ["gzip", gzipSync(Buffer.alloc(50_000_000))],
    ["br", brotliCompressSync(Buffer.alloc(50_000_000))],
    ["deflate", deflateSync(Buffer.alloc(50_000_000))],
  ])("that is a %s bomb inflates to 64 KiB and no further", async (encoding, body) => {
    const answer = await fetched(body, { "content-encoding": encoding });
    expect([answer.body.length, answer.truncated]).toEqual([limit, true]);
  });

  it.each([
    ["in an encoding nobody knows", "zstd", Buffer.from(text)],
    ["in more layers than anyone needs", "gzip, gzip, gzip", gzipSync(gzipSync(gzipSync(text)))],
    ["that was never compressed", "gzip", Buffer.from(text)],
  ])("%s is left out, marked, and the status stands", async (_, encoding, body) => {
    const answer = await fetched(body, { "content-encoding": encoding });
    expect(answer).toMatchObject({ status: 200, body: "", truncated: true });
  });

  it("is marked as cut where an outer layer was too long, and the inner one hides it", async () => {
    const noise = randomBytes(2 * limit);
    const decoded = await decode(gzipSync(gzipSync(noise)), "gzip, gzip", limit);
    expect(noise.indexOf(decoded.bytes)).toBe(0);
    expect(decoded.truncated).toBe(true);
  });

  it("is read as far as it came where its connection broke, and marked", async () => {
    const body = gzipSync(randomBytes(1_000).toString("hex"));
    const server = await serve((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip", "content-length": body.length });
      response.write(body.subarray(0, 600), () => response.destroy());
    });
    const answer = await client().post({ url: server.url, body: "", signal: patient() });
    expect(answer).toMatchObject({ status: 200, truncated: true });
    expect(answer.body).toMatch(/^[\da-f]+$/);
  });

  it("that is none, as after HEAD, is an empty text", async () => {
    expect(await fetched("", { "content-encoding": "gzip" })).toMatchObject({
      body: "",
      truncated: false,
    });
  });

  it("of any bytes never rejects and never exceeds the limit", async () => {
    const encodings = fc.constantFrom("gzip", "br", "deflate", "gzip, br", "", ",", "nonsense");
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300, size: "max" }),
        encodings,
        async (bytes, encoding) => {
          const decoded = await decode(Buffer.from(bytes), encoding, 100);
          expect(decoded.bytes.length).toBeLessThanOrEqual(encoding.length > 1 ? 100 : 300);
        },
      ),
    );
  });
});
