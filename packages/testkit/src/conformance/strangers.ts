import type { ConformanceCase } from "../harness.ts";
import { check } from "./check.ts";
import { exposure } from "./exposure.ts";
import { makeRig, secretsOf } from "./rigs.ts";
import { checkAccepted, closeNotifier, failures, outcomeOf, send } from "./sending.ts";

/** What one destination is told is nobody else's to hear. */
export const strangerCases: readonly ConformanceCase[] = [
  {
    id: "redirect/stranger",
    title: "a redirect is a failure, and carries nothing to another origin",
    needs: ["redirect"],
    async run(rig) {
      check(
        rig.strays !== undefined,
        "The rig must show what reached the other origin: `strays()`.",
      );
      await rig.meet("redirect");
      const sent = await send(rig);
      check(!sent.accepted, "send() must reject a redirect: who follows it tells a stranger.");
      await outcomeOf("verify()", () => rig.notifier.verify?.(new AbortController()));
      const strays = rig.strays().length;
      check(strays === 0, `A redirect was followed: the other origin got ${strays} requests.`);
    },
  },
  {
    id: "secret/other-receiver",
    title: "nothing that is sent to one destination holds a secret of another's",
    needs: ["accept"],
    unless: (rig) => (secretsOf(rig).length === 0 ? "it was given no secret" : undefined),
    async run(rig, harness) {
      const other = await makeRig(harness);
      try {
        const shared = secretsOf(other);
        const own = secretsOf(rig).filter((secret) => !shared.includes(secret));
        check(
          own.length > 0,
          "Two rigs have the same secrets. Make them with the `canary` that rig() is given.",
        );
        for (const condition of failures) {
          if (harness.cannot?.[condition] !== undefined) continue;
          await rig.meet(condition);
          await send(rig);
        }
        await other.meet("accept");
        checkAccepted(await send(other), "when only another instance is in trouble");
        const told = [...other.received(), ...(other.said?.() ?? [])];
        const shown = exposure(told, own);
        check(
          shown === undefined,
          "What was sent to one destination holds the secret of another's.",
        );
      } finally {
        await closeNotifier(other).catch(() => {});
        await other.close();
      }
    },
  },
];
