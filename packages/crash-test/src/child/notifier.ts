import {
  type Batch,
  defineNotifier,
  type MonitorEvent,
  type Notifier,
} from "@datasync-monitor/core";
import type { Lie } from "../settings.ts";
import type { Failpoints } from "./failpoint.ts";
import { say } from "./say.ts";

export interface NotifierWatch {
  readonly receiver: string;
  readonly failpoints: Failpoints;
  readonly lie: Lie | undefined;
}

/** A notifier with failpoints around its request, which tells the parent how each send ended. */
export const watchedNotifier = (
  inner: Notifier,
  { receiver, failpoints, lie }: NotifierWatch,
): Notifier => {
  const liar = liarOf(lie);
  return defineNotifier({
    ...inner,
    async send(batch, context) {
      const ids = batch.map(({ id }) => id);
      let ok = false;
      // It is tried again soon after, whether or not this send says anything more.
      context.signal.addEventListener("abort", () => say({ kind: "sent", receiver, ok, ids }));
      try {
        await failpoints.reach("send.before");
        const receipt = await liar(batch, (events) => inner.send(events, context));
        await failpoints.reach("send.after");
        ok = true;
        return receipt;
      } finally {
        say({ kind: "sent", receiver, ok, ids });
      }
    },
  });
};

type Send = (batch: Batch) => ReturnType<Notifier["send"]>;
type Liar = (batch: Batch, send: Send) => ReturnType<Notifier["send"]>;

const honest: Liar = (batch, send) => send(batch);

const liarOf = (lie: Lie | undefined): Liar => {
  switch (lie) {
    case "alters":
      return ([first, ...rest], send) => send([{ ...first, message: "altered" }, ...rest]);
    case "invents":
      return async (batch, send) => {
        const { id } = batch[0];
        await send([{ ...batch[0], id: `${id.slice(0, -1)}${id.endsWith("0") ? "1" : "0"}` }]);
        return send(batch);
      };
    case "sends-twice":
      return async (batch, send) => {
        await send(batch);
        // When its fate is written, and nobody may be sent it any more.
        setTimeout(() => void Promise.resolve(send(batch)).catch(() => {}), 300);
      };
    case "reorders":
      return reordering();
    default:
      return honest;
  }
};

/** Keeps each first of two back until the second is there, or nothing follows. */
const reordering = (): Liar => {
  let kept: MonitorEvent | undefined;
  return async ([event], send) => {
    if (kept === undefined) {
      kept = event;
      setTimeout(() => {
        const late = kept;
        kept = undefined;
        if (late !== undefined) void Promise.resolve(send([late])).catch(() => {});
      }, 200);
      return;
    }
    const first = kept;
    kept = undefined;
    await send([event]);
    await send([first]);
  };
};
