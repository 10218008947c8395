export interface Window {
  readonly max: number;
  readonly perMs: number;
}

/** Sliding windows that must all have room. A request that finds none leaves no trace. */
export const slidingWindows = (windows: readonly Window[], now: () => number) => {
  const longest = Math.max(...windows.map(({ perMs }) => perMs));
  let admitted: number[] = [];
  return {
    admit(): boolean {
      const moment = now();
      admitted = admitted.filter((past) => moment - past < longest);
      const full = windows.some(
        ({ max, perMs }) => admitted.filter((past) => moment - past < perMs).length >= max,
      );
      if (!full) admitted.push(moment);
      return !full;
    },
  };
};

/** A bucket of `size` tokens, refilled one every `everyMs`. Answers the wait in milliseconds; 0 took one. */
export const tokenBucket = (size: number, everyMs: number, now: () => number) => {
  let tokens = size;
  let filled = now();
  return {
    take(): number {
      const moment = now();
      tokens = Math.min(size, tokens + (moment - filled) / everyMs);
      filled = moment;
      if (tokens < 1) return (1 - tokens) * everyMs;
      tokens -= 1;
      return 0;
    },
  };
};
