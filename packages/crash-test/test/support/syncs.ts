/** What a trace of system calls says of commits that were told of. */
export interface Syncs {
  readonly told: number;
  /** Those whose end in the log was not synced before they were told of. */
  readonly unsynced: readonly string[];
}

const write = /\bpwrite64\(\d+<[^>]*-wal>, .*, (\d+), (\d+)(?:\) += \d+| <unfinished \.\.\.>)$/;
const sync = /\bf(?:data)?sync\(\d+<[^>]*-wal>\) += 0$/;
const syncBegins = /^(\d+) +f(?:data)?sync\(\d+<[^>]*-wal>? <unfinished/;
const syncEnds = /^(\d+) +<\.\.\. f(?:data)?sync resumed>\) += 0$/;
const tells = /\bwrite\(3<.*"\{\\"kind\\":\\"log\\",\\"bytes\\":(\d+)/;

/** Reads `strace -f -y`: of each commit, whether the log was synced after it was written to its end. */
export const syncsBefore = (trace: string): Syncs => {
  /** How far the log is written, and how far it was when the last sync that is over began. */
  let written = 0;
  let synced = 0;
  let told = 0;
  const unsynced: string[] = [];
  const underWay = new Map<string, number>();
  for (const line of trace.split("\n")) {
    const [, length, offset] = write.exec(line) ?? [];
    const begins = syncBegins.exec(line)?.[1];
    const ends = syncEnds.exec(line)?.[1];
    const bytes = tells.exec(line)?.[1];
    if (offset !== undefined) written = Math.max(written, Number(offset) + Number(length));
    if (sync.test(line)) synced = written;
    if (begins !== undefined) underWay.set(begins, written);
    if (ends !== undefined) synced = Math.max(synced, underWay.get(ends) ?? 0);
    if (bytes === undefined) continue;
    told += 1;
    if (Number(bytes) > synced) unsynced.push(`to byte ${bytes}, synced to ${synced}`);
  }
  return { told, unsynced };
};
