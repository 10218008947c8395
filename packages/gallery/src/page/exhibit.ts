import type { ReceivedRequest } from "@datasync-monitor/testkit";
import type { Exhibit } from "../collect/deliver.ts";
import type { Arrival } from "../collect/stall.ts";
import { terminalText } from "./ansi.ts";
import { feishuMessage } from "./feishu/message.ts";
import { type Content, html, type Markup } from "./html.ts";
import { mailbox } from "./mail.ts";
import { slackMessage } from "./slack/message.ts";

/** What differs from run to run, or belongs to the connection and not to the message. */
const connection = ["host", "connection", "accept-encoding", "accept", "content-length"];

const pretty = (body: string): string => {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
};

const request = ({ method, path, headers, body }: ReceivedRequest): Content =>
  html`<pre class="request"><b>${method} ${path}</b>${Object.entries(headers)
    .filter(([name]) => !connection.includes(name))
    .map(([name, value]) => `\n${name}: ${value}`)}\n\n${pretty(body)}</pre>`;

const shown = (arrival: Arrival): Content => {
  switch (arrival.kind) {
    case "terminal":
      return html`<pre class="terminal">${terminalText(arrival.text)}</pre>`;
    case "feishu":
      return feishuMessage(arrival.message);
    case "slack":
      return slackMessage(arrival.message);
    case "mail":
      return mailbox(arrival.mail);
    case "request":
      return request(arrival.request);
    case "scrape":
      return html`<pre class="request">${arrival.text}</pre>`;
  }
};

/** One sample as one destination shows it, in one language. */
export const exhibitFigure = ({ exhibitor, locale, sample, arrivals }: Exhibit): Markup => {
  const id = `${sample.id}.${exhibitor}.${locale}`;
  return html`<figure class="exhibit" id="${id}" data-exhibitor="${exhibitor}" data-locale="${locale}"><figcaption><a href="#${id}">${exhibitor}</a> ${locale}</figcaption>${arrivals.map(shown)}</figure>\n`;
};
