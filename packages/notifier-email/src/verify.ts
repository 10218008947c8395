import { DeliveryError } from "@datasync-monitor/core";
import type { NodemailerError } from "nodemailer";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { deliveryError } from "./failure.ts";
import type { Server } from "./server.ts";
import { connectionOptions } from "./transport.ts";

const noAuth =
  "The mail server offers no login, so the user and password cannot be checked, and were not sent. Check the port and `requireTls`, or leave them out.";

/**
 * Greets, starts TLS, logs in, and takes its leave: no sender and no recipient is named.
 *
 * nodemailer's own `verify()` says yes to a server that offers no login, credentials or not, and
 * cannot be called off.
 */
export const verifyServer = (server: Server, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const connection = new SMTPConnection({
      ...connectionOptions(server),
      socketCloseTimeout: 1_000,
    });
    const around = { host: server.host, contentSent: false, closed: false, signal };
    const settle = (error?: DeliveryError): void => {
      if (error === undefined) resolve();
      else reject(error);
      signal.removeEventListener("abort", onAbort);
      connection.close(); // last: it emits "end"
    };
    const onAbort = (): void => settle(deliveryError({ code: "EABORT" }, around));
    const fail = (error: NodemailerError): void => settle(deliveryError(error, around));
    const succeed = (): void => {
      connection.quit();
      settle();
    };
    connection.on("error", fail);
    connection.once("end", () => fail(Object.assign(new Error("closed"), { code: "ECONNECTION" })));
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    connection.connect((unreached) => {
      if (unreached) return fail(unreached);
      if (server.auth === undefined) return succeed();
      if (!connection.allowsAuth) return settle(new DeliveryError("config", noAuth));
      const { user, pass } = server.auth;
      connection.login({ user, credentials: { user, pass } }, (refused) =>
        refused ? fail(refused) : succeed(),
      );
    });
  });
