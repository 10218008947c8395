import { DeliveryError, type Receipt } from "@datasync-monitor/core";
import { type HttpAnswer, statusError } from "@datasync-monitor/http";

/** What the pager says. A proxy may have answered in its place, so nothing of it is taken on trust. */
const read = ({
  body,
}: HttpAnswer): { readonly request_id?: unknown; readonly errors?: unknown } => {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
};

const indexesIn = (errors: unknown): readonly number[] =>
  Array.isArray(errors)
    ? errors.map((error) => Object(error).index).filter((index) => Number.isInteger(index))
    : [];

/** Throws what the answer means, unless it is yes. */
export const checkAnswer = (answer: HttpAnswer, now: number): void => {
  if (answer.status === 400) {
    // Nothing was taken. Those named die; the others, or halves where nobody is named, are sent anew.
    const rejected = indexesIn(read(answer).errors);
    throw new DeliveryError("payload", "the pager answered 400: it refuses an alert", { rejected });
  }
  const error = statusError(answer, "the pager", now);
  if (error !== undefined) throw error;
};

/** 202: accepted, and paged soon after. */
export const receiptOf = (answer: HttpAnswer): Receipt => {
  const { request_id } = read(answer);
  return { asynchronous: true, ...(typeof request_id === "string" && { reference: request_id }) };
};
