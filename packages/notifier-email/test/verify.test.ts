import { describe, expect, it } from "vitest";
import {
  cleanUp,
  notifierAt,
  notifierFor,
  rejection,
  scripted,
  standIn,
} from "./support/workbench.ts";

cleanUp();

const patient = () => ({ signal: new AbortController().signal });
const login = { user: "datasync", password: "correct-horse" };

describe("verify()", () => {
  it("logs in, names nobody, and takes its leave", async () => {
    const server = await scripted({ extensions: ["AUTH PLAIN"] });
    await notifierAt(server, login).verify?.(patient());
    await expect.poll(server.open).toBe(0);
    expect(server.commands().map((line) => line.split(" ")[0])).toEqual(["EHLO", "AUTH", "QUIT"]);
  });

  it("tells a wrong password, a dead port and an unknown host apart", async () => {
    const server = await standIn({ user: "datasync", pass: "correct-horse" });
    const { host, port } = server;
    const wrong = await rejection(
      notifierFor({ host, port, user: "datasync", password: "wrong-horse" }).verify?.(patient()),
    );
    expect(wrong).toMatchObject({
      code: "config",
      message: expect.stringContaining("Check the user and the password"),
    });
    await server.meet("refuse");
    const dead = await rejection(notifierFor({ url: server.url }).verify?.(patient()));
    expect(dead).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("ECONNREFUSED"),
    });
    const unknown = await rejection(
      notifierFor({ host: "mail.does-not-exist.invalid" }).verify?.(patient()),
    );
    expect(unknown).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("host name"),
    });
  });

  it("trap 60: is not satisfied with a server that offers no login, and does not send it the password", async () => {
    const server = await scripted();
    const error = await rejection(notifierAt(server, login).verify?.(patient()));
    expect(error).toMatchObject({
      code: "config",
      message: expect.stringContaining("offers no login"),
    });
    expect(server.commands().join()).not.toContain("AUTH");
  });

  it("asks for no login without credentials", async () => {
    const server = await scripted({ extensions: ["AUTH PLAIN"] });
    await notifierAt(server).verify?.(patient());
    expect(server.commands().join()).not.toContain("AUTH");
  });

  it("says when a login is put off", async () => {
    const server = await scripted({ extensions: ["AUTH PLAIN"], auth: "454 4.7.0 later" });
    const error = await rejection(notifierAt(server, login).verify?.(patient()));
    expect(error.code).toBe("unavailable");
  });

  it("does without STARTTLS only when `requireTls` lets it", async () => {
    const server = await scripted({ starttls: "502 5.5.1 what?" });
    await notifierAt(server).verify?.(patient());
    const error = await rejection(notifierAt(server, { requireTls: true }).verify?.(patient()));
    expect(error).toMatchObject({ code: "config", message: expect.stringContaining("STARTTLS") });
  });

  it.each(["greeting", "auth"] as const)(
    "ends soon after its signal aborts while it waits at the %s",
    async (stage) => {
      const server = await scripted({ extensions: ["AUTH PLAIN"], [stage]: "hang" });
      const controller = new AbortController();
      const verifying = rejection(
        notifierAt(server, login).verify?.({ signal: controller.signal }),
      );
      await expect.poll(server.connections).toBe(1);
      controller.abort(new DOMException("late", "TimeoutError"));
      expect((await verifying).code).toBe("unavailable");
      await expect.poll(server.open, { timeout: 3_000 }).toBe(0);
    },
  );

  it("does not begin when its signal has aborted already", async () => {
    const server = await scripted();
    const error = await rejection(notifierAt(server).verify?.({ signal: AbortSignal.abort() }));
    expect(error.code).toBe("aborted");
    expect(server.connections()).toBe(0);
  });
});
