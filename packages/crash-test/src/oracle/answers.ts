import type { ServerResponse } from "node:http";
import { type Random, seeded } from "../random.ts";

/** What a receiver does with a request. It has taken the events of `accept`, `late` and `cut`. */
export type Answer =
  | "accept"
  | "late" // takes it, and answers when a kill may have come between
  | "cut" // takes it, and hangs up within the answer
  | "busy" // 503
  | "hang" // never answers
  | "reset" // hangs up without a word
  | "poison"; // 400: it will never take this

export const takes = (answer: Answer): boolean =>
  answer === "accept" || answer === "late" || answer === "cut";

const odds: readonly (readonly [Answer, number])[] = [
  ["busy", 0.05],
  ["hang", 0.02],
  ["reset", 0.01],
  ["cut", 0.01],
  ["late", 0.1],
];

/** One answer after another, as the seed has it. */
export const answersOf = (...labels: readonly (string | number)[]): (() => Answer) => {
  const random: Random = seeded("answers", ...labels);
  return () => {
    let left = random();
    for (const [answer, chance] of odds) {
      left -= chance;
      if (left < 0) return answer;
    }
    return "accept";
  };
};

const lateMs = 15;

export const give = (answer: Answer, response: ServerResponse): void => {
  const { socket } = response;
  switch (answer) {
    case "accept":
      response.writeHead(204).end();
      return;
    case "late":
      setTimeout(() => response.writeHead(204).end(), lateMs);
      return;
    case "cut":
      response.writeHead(200, { "content-length": "100" }).write("ok", () => {
        socket?.resetAndDestroy();
      });
      return;
    case "busy":
      response.writeHead(503).end();
      return;
    case "hang":
      return;
    case "reset":
      socket?.resetAndDestroy();
      return;
    case "poison":
      response.writeHead(400).end();
  }
};
