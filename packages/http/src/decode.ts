import type { Transform } from "node:stream";
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
} from "node:zlib";

export interface Decoded {
  readonly bytes: Buffer;
  /** Whether something is missing: cut at the limit, damaged, or in an encoding we cannot read. */
  readonly truncated: boolean;
}

/** More would be an attack: nobody compresses twice. */
const deepest = 2;

// A body that was cut gives what it holds instead of "unexpected end of file".
const lenient = { finishFlush: constants.Z_SYNC_FLUSH };

/** What servers name where they mean that there is none: a charset, or a way of transfer. The body is as it came. */
const noEncoding = /^(?:|identity|none|binary|[78]bit|utf-?8|us-ascii|iso-8859-1)$/;

/** The low four bits of a zlib header are 8; some servers send deflate without it. */
const hasZlibHeader = (raw: Buffer): boolean => ((raw[0] ?? 0) & 0x0f) === 8;

const decoderOf = (encoding: string, raw: Buffer): Transform | undefined => {
  if (encoding === "gzip" || encoding === "x-gzip") return createGunzip(lenient);
  if (encoding === "deflate") {
    return hasZlibHeader(raw) ? createInflate(lenient) : createInflateRaw(lenient);
  }
  if (encoding === "br") {
    return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
  }
  return undefined;
};

const pump = async (decoder: Transform, raw: Buffer, limit: number): Promise<Decoded> => {
  const chunks: Buffer[] = [];
  let size = 0;
  decoder.end(raw);
  try {
    // Its type says any; without `objectMode` a stream gives Buffers.
    for await (const chunk of decoder as AsyncIterable<Buffer>) {
      chunks.push(chunk.subarray(0, limit - size));
      size += chunk.length;
      if (size > limit) break; // leaving the loop destroys the decoder: a bomb inflates no further
    }
  } catch {
    return { bytes: Buffer.concat(chunks), truncated: true };
  }
  return { bytes: Buffer.concat(chunks), truncated: size > limit };
};

/**
 * Undoes a `content-encoding`, giving at most `limit` bytes and inflating little more. Never rejects:
 * what cannot be read is left out and marked.
 */
export const decode = async (raw: Buffer, encodings: string, limit: number): Promise<Decoded> => {
  const steps = encodings
    .toLowerCase()
    .split(",")
    .map((step) => step.trim())
    .filter((step) => !noEncoding.test(step));
  if (steps.length > deepest) return { bytes: Buffer.alloc(0), truncated: true };
  let decoded: Decoded = { bytes: raw, truncated: false };
  for (const step of steps.reverse()) {
    const decoder = decoderOf(step, decoded.bytes);
    if (decoder === undefined) return { bytes: Buffer.alloc(0), truncated: true };
    const next = await pump(decoder, decoded.bytes, limit);
    decoded = { bytes: next.bytes, truncated: decoded.truncated || next.truncated };
  }
  return decoded;
};
