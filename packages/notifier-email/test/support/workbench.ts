import { DeliveryError, type Notifier } from "@datasync-monitor/core";
import {
  type SmtpStandIn,
  type SmtpStandInOptions,
  sampleEvent,
  sendContext,
  smtpStandIn,
} from "@datasync-monitor/testkit";
import { afterEach, expect } from "vitest";
import { type EmailOptions, email } from "../../src/index.ts";
import { type Script, type ScriptedSmtp, scriptedSmtp } from "./scripted-smtp.ts";

const leftovers: (() => Promise<void> | undefined)[] = [];

/** Closes everything a test opened, notifiers before their servers. */
export const cleanUp = (): void => {
  afterEach(async () => {
    for (const close of leftovers.splice(0).reverse()) await close();
  });
};

export const standIn = async (options?: SmtpStandInOptions): Promise<SmtpStandIn> => {
  const server = await smtpStandIn(options);
  leftovers.push(() => server.close());
  return server;
};

export const scripted = async (script?: Script): Promise<ScriptedSmtp> => {
  const server = await scriptedSmtp(script);
  leftovers.push(() => server.close());
  return server;
};

export const addresses = { from: "DataSync <datasync@example.com>", to: "ops@example.com" };

export const notifierFor = (options: Partial<EmailOptions>): Notifier => {
  const notifier = email({ ...addresses, ...options });
  leftovers.push(() => notifier.close?.());
  return notifier;
};

/** A notifier that speaks to the scripted server at its port. */
export const notifierAt = ({ port }: ScriptedSmtp, options: Partial<EmailOptions> = {}): Notifier =>
  notifierFor({ host: "127.0.0.1", port, ...options });

export const sendOne = async (notifier: Notifier, context = sendContext()) =>
  (await notifier.send([sampleEvent()], context)) ?? {};

/** The DeliveryError that `work` rejects with; fails when it does not. */
export const rejection = async (work: Promise<unknown> | undefined): Promise<DeliveryError> => {
  const outcome = await work?.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (outcome === undefined || !("error" in outcome))
    throw new Error("It resolved, but was to reject.");
  if (!DeliveryError.is(outcome.error)) throw outcome.error;
  return outcome.error;
};

/** The code that one mail to a server with this script fails with. */
export const codeUnder = async (script: Script, options = {}): Promise<string> => {
  const server = await scripted(script);
  const error = await rejection(sendOne(notifierAt(server, options)));
  return error.code;
};

/** How the second mail over one connection fails; the first goes well, and nothing is tried twice. */
export const failureWhenReused = async ({
  extensions = [],
  ...script
}: Script): Promise<DeliveryError> => {
  const server = await scripted({ extensions });
  const notifier = notifierAt(server);
  await sendOne(notifier);
  server.say({ extensions, ...script });
  const error = await rejection(sendOne(notifier));
  expect(server.connections()).toBe(1);
  expect(server.commands().filter((line) => line.startsWith("MAIL"))).toHaveLength(2);
  return error;
};
