import { guideEvent } from "./event.ts";

/** Of a clock that all processes of a machine share. */
const milliseconds = (): number => Number(process.hrtime.bigint()) / 1e6;

/** The guide's event, which tells when it was emitted. */
export const timedEvent = () => {
  const event = guideEvent();
  return { ...event, details: { ...event.details, emitted_at: milliseconds() } };
};

/** Milliseconds since a timed event was emitted, in whatever process it is read. */
export const emittedFor = ({ details }: ReturnType<typeof timedEvent>): number =>
  milliseconds() - details.emitted_at;
