import type { Problem } from "../signals.ts";

/** What a human is told of the store: that it fails, or that another process may have been at work. */
export const storeFailed = (what: "opened" | "written", cause: unknown): Problem => ({
  code: "store-failed",
  receiver: null,
  message: `The store could not be ${what}. Events go on in memory, and it is tried again.`,
  cause,
});

export const claimFailed = (receiver: string, cause: unknown): Problem => ({
  code: "store-failed",
  receiver,
  message: "What the store holds open for it could not be read. It is tried again, without a word.",
  cause,
});

export const leasesLost = (count: number): Problem => ({
  code: "lease-lost",
  receiver: null,
  message: `The leases of ${count} deliveries had run out before their ends were written: another process may have sent them too.`,
});

export const storeMissed = (count: number): Problem => ({
  code: "store-missed",
  receiver: null,
  message: `The store will never have ${count} events, which it did not take in time: only this process knows what became of them.`,
});

export const closeFailed = (cause: unknown): Problem => ({
  code: "close-failed",
  receiver: null,
  message: "The store could not be closed.",
  cause,
});
