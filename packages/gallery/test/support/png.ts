import { inflateSync } from "node:zlib";

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** How many pixels have this colour, `#rrggbb`. */
  count(color: string): number;
}

interface Header {
  readonly width: number;
  readonly height: number;
  /** Bytes of a pixel: 3, or 4 with transparency. */
  readonly depth: number;
}

const chunksOf = (file: Buffer): readonly { readonly type: string; readonly data: Buffer }[] => {
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const type = file.toString("latin1", at + 4, at + 8);
    chunks.push({ type, data: file.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
};

const headerOf = (data: Buffer): Header => {
  const [bits, kind] = [data[8], data[9]];
  if (bits !== 8 || (kind !== 2 && kind !== 6)) throw new Error("Only 8-bit RGB(A) is read here.");
  return {
    width: data.readUInt32BE(0),
    height: data.readUInt32BE(4),
    depth: kind === 2 ? 3 : 4,
  };
};

/** https://www.w3.org/TR/png-3/#9Filter-type-4-Paeth */
const paeth = (left: number, up: number, corner: number): number => {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
};

const predictors: readonly ((left: number, up: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_left, up) => up,
  (left, up) => (left + up) >> 1,
  paeth,
];

const unfiltered = (filtered: Buffer, { width, height, depth }: Header): Buffer => {
  const stride = width * depth;
  const pixels = Buffer.alloc(stride * height);
  for (let row = 0; row < height; row += 1) {
    const from = row * (stride + 1);
    const to = row * stride;
    const predict = predictors[filtered[from] ?? 0];
    if (predict === undefined) throw new Error("This is no PNG.");
    for (let x = 0; x < stride; x += 1) {
      const left = x < depth ? 0 : (pixels[to + x - depth] ?? 0);
      const up = row === 0 ? 0 : (pixels[to + x - stride] ?? 0);
      const corner = x < depth || row === 0 ? 0 : (pixels[to + x - stride - depth] ?? 0);
      pixels[to + x] = (filtered[from + 1 + x] ?? 0) + predict(left, up, corner);
    }
  }
  return pixels;
};

/** A screenshot, to be asked about its colours. */
export const readPng = (file: Buffer): Picture => {
  const chunks = chunksOf(file);
  const [first] = chunks;
  if (first?.type !== "IHDR") throw new Error("This is no PNG.");
  const header = headerOf(first.data);
  const packed = chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data);
  const pixels = unfiltered(inflateSync(Buffer.concat(packed)), header);
  return {
    width: header.width,
    height: header.height,
    count(color) {
      const wanted = Number.parseInt(color.slice(1), 16);
      let found = 0;
      for (let at = 0; at < pixels.length; at += header.depth) {
        if (pixels.readUIntBE(at, 3) === wanted) found += 1;
      }
      return found;
    },
  };
};
