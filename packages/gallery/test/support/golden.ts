import type { ReceivedMail, ReceivedRequest } from "@datasync-monitor/testkit";
import type { Exhibit } from "../../src/collect/deliver.ts";
import type { Arrival } from "../../src/collect/stall.ts";
import { compactJson } from "./compact-json.ts";

/** What differs from run to run or from release to release, and says nothing to the reader. */
const transient = [
  ...["host", "connection", "accept-encoding", "accept", "content-length"],
  ...["content-type", "mime-version"],
];

const headerLines = (headers: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(headers)
    .filter(([name]) => !transient.includes(name))
    .map(([name, value]) => `${name}: ${value}`);

const withoutVersion = (text: string): string =>
  text.replace(/(datasync-monitor\/|version=")\d+\.\d+\.\d+[\w.-]*/g, "$1(version)");

const mailText = ({ headers, text }: ReceivedMail): string =>
  [...headerLines(headers), "", text.trimEnd()].join("\n");

const requestText = ({ method, path, headers, body }: ReceivedRequest): string =>
  [
    `${method} ${path}`,
    `content-type: ${headers["content-type"] ?? ""}`,
    ...headerLines(headers),
    "",
    compactJson(JSON.parse(body)),
  ].join("\n");

const textOf = (arrival: Arrival): string => {
  switch (arrival.kind) {
    case "terminal":
      return arrival.text.replaceAll("\u001b", "␛").trimEnd();
    case "scrape":
      return arrival.text.trimEnd();
    case "feishu":
    case "slack":
      return compactJson(arrival.message);
    case "mail":
      return mailText(arrival.mail);
    case "request":
      return requestText(arrival.request);
  }
};

const rule = (title: string): string =>
  `${"━".repeat(4)} ${title} ${"━".repeat(94 - title.length)}`;

/** All that one destination was sent in one language, as it is kept for review. */
export const goldenText = (exhibits: readonly Exhibit[]): string =>
  exhibits
    .map(({ sample, arrivals }) => {
      const texts = arrivals.map((arrival) => withoutVersion(textOf(arrival)));
      return `${rule(sample.id)}\n${texts.join("\n\n")}\n`;
    })
    .join("\n");
