import type { MonitorEvent } from "@datasync-monitor/core";
import { sampleBatch, sampleEvent } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { bodyOf, objectsIn, readable, type Shape, shapes } from "./support.ts";

const shownIn = (events: readonly MonitorEvent[], shape: Shape): string =>
  readable(JSON.parse(bodyOf(events, shape)));

/** An event of its own id, told by its message. */
const event = (index: number, overrides: Partial<MonitorEvent> = {}): MonitorEvent =>
  sampleEvent({
    id: `0198f560-8440-7000-8000-${String(index).padStart(12, "0")}`,
    message: `event ${index}.`,
    ...overrides,
  });

const night = [
  event(1),
  event(2, { level: "error", event_type: "sync_failure", service: "orders" }),
  event(3, { level: "critical", event_type: "storage_warning" }),
  event(4, { level: "warning" }),
  event(5, { level: "error", event_type: "sync_failure" }),
];

/** So many that no message holds them all. */
const many = Object.fromEntries(
  Array.from({ length: 60 }, (_, index) => [`key_${index}`, "值".repeat(150)]),
);

describe.each(shapes)("a digest in the shape %o", (shape) => {
  it("begins with how many events there are of each level, in both languages", () => {
    expect(shownIn(night, shape)).toContain("5 条事件：严重 1、错误 2、警告 1、信息 1\n");
    expect(shownIn(night, { ...shape, locale: "en" })).toContain(
      "5 events: 1 critical, 2 error, 1 warning, 1 info\n",
    );
  });

  it("tells the gravest first, and those of one level as they were emitted", () => {
    const shown = shownIn(night, shape);
    const told = [...shown.matchAll(/^ *event (\d)\.$/gm)].map(([, index]) => index);
    expect(told).toEqual(["3", "2", "5", "4", "1"]);
  });

  it("says of each event level, service, type, time and message, and ends it with the id alone on its line", () => {
    const lines = shownIn(night, shape).replaceAll("**", "").split("\n");
    const at = lines.findIndex((line) => line.includes("orders"));
    const time =
      shape.format === "text" ? "2025-08-29T10:30:00.000Z" : "2025-08-29 18:30:00 +08:00";
    expect(lines[at]).toBe(`[错误] 数据同步失败 · orders · sync_failure · ${time}`);
    expect(lines[at + 1]?.trim()).toBe("event 2.");
    const ids = lines.map((line) => line.trim()).filter((line) => line.startsWith("0198f560-"));
    expect(ids).toEqual([3, 2, 5, 4, 1].map((index) => event(index).id));
  });

  it("says type and time also of an event whose service has a long name", () => {
    const shown = shownIn([event(1, { service: "服".repeat(400) }), event(2)], shape);
    expect(shown).toMatch(/服…\(truncated\) · sync_success · 2025-08-29/);
  });

  it("names a type of one's own once", () => {
    const shown = shownIn([event(1, { event_type: "billing.paid" }), event(2)], shape);
    expect(shown.split("billing.paid")).toHaveLength(2);
  });

  it("keeps what went wrong in errors and critical events when no other field finds room", () => {
    const grave = (index: number) =>
      event(index, {
        level: index % 2 === 0 ? "error" : "critical",
        message: "长".repeat(2_000),
        details: { ...many, error: `cause no. ${index};`, last_error: `before no. ${index};` },
      });
    const shown = shownIn(
      Array.from({ length: 12 }, (_, index) => grave(index)),
      { ...shape, maxBytes: 10_000 },
    );
    expect(shown).not.toContain("key_0");
    for (let index = 0; index < 12; index += 1) {
      expect(shown.split(`cause no. ${index};`)).toHaveLength(2);
      expect(shown.split(`before no. ${index};`)).toHaveLength(2);
    }
  });

  it("keeps the cause at the end of what went wrong, and cuts it in its middle", () => {
    const cause = { name: "Error", message: "connect ECONNREFUSED 10.1.2.3:8443" };
    const error = { name: "Error", message: "第三次尝试失败后被放弃，".repeat(30), cause };
    const failed = (index: number) => event(index, { level: "error", details: { error } });
    const shown = shownIn(
      Array.from({ length: 20 }, (_, index) => failed(index)),
      { ...shape, maxBytes: 12_000 },
    );
    expect(shown.match(/第三次[^\n]*… [^\n]*connect ECONNREFUSED 10\.1\.2\.3:8443/g)).toHaveLength(
      20,
    );
  });

  it("says how many of which level it leaves out, the mildest", () => {
    const long = sampleBatch(20, { message: "x".repeat(900) });
    const events = [...long.slice(1), event(99, { level: "critical" })];
    const shown = shownIn(events, { ...shape, maxBytes: 3_000 });
    const told = shown.split("xxx…").length - 1;
    expect(shown).toContain("event 99.");
    expect(told).toBeGreaterThan(1);
    expect(shown).toContain(`… 另有 ${19 - told} 条未显示：信息 ${19 - told}`);
  });
});

it.each(shapes.filter(({ format }) => format !== "text"))(
  "one event in the shape %o ends with its id, on a line of its own",
  (shape) => {
    const last = shownIn([event(7)], shape)
      .trim()
      .split("\n")
      .at(-1);
    expect(last).toMatch(/^(?:事件 ID: )?0198f560-8440-7000-8000-000000000007$/);
  },
);

describe.each(shapes)("one event in the shape %o", (shape) => {
  it("tells an id that no monitor made in one line that turns nothing around, alone and in a digest", () => {
    const odd = event(1, { id: "a\r\nb\u0000\u202ec\ud83d" });
    const texts = [shownIn([odd], shape), shownIn([odd, event(2)], shape)];
    for (const text of texts) expect(text).not.toMatch(/[\0\r\u202e\p{Cs}]|a\nb/u);
    expect(texts[1]).toContain("a b c");
  });

  it("says what went wrong once", () => {
    const failed = event(1, { level: "error", details: { error: "no route", host: "db" } });
    expect(shownIn([failed], shape).split("no route")).toHaveLength(2);
    expect(shownIn([failed, event(2)], shape).split("no route")).toHaveLength(2);
  });

  it("says what went wrong, however many details come before it", () => {
    const error = { name: "SqlError", message: "错".repeat(500) };
    const details = { ...many, error };
    const shown = shownIn([event(1, { level: "error", details })], shape);
    expect(shown).toContain(`SqlError: ${"错".repeat(500)}`);
  });

  it("says what went wrong at every level, however long the message is", () => {
    for (const level of ["info", "warning", "error", "critical"] as const) {
      const told = event(1, { level, message: "长".repeat(7_000), details: { error: "no route" } });
      expect(shownIn([told], shape)).toContain("no route");
    }
  });

  it.each([
    ["says what went wrong after a message of a line or two", "the message.", false],
    ["says it before a long message", `the message.${"长".repeat(300)}`, true],
    ["says it before a message of many lines", `the message.${"\nline".repeat(20)}`, true],
  ])("%s", (_, message, first) => {
    const failed = event(1, { level: "error", message, details: { error: "no route" } });
    for (const events of [[failed], [failed, event(2)]]) {
      const shown = shownIn(events, shape);
      expect(shown.split("no route")).toHaveLength(2);
      expect(shown.indexOf("no route") < shown.lastIndexOf("the message.")).toBe(first);
    }
  });
});

describe.each(shapes.filter(({ format }) => format !== "text"))(
  "the facts of a digest in the shape %o",
  (shape) => {
    it("end with a mark where there are more", () => {
      const shown = (count: number) =>
        shownIn(
          Array.from({ length: count }, (_, index) => event(index, { details: many })),
          shape,
        );
      expect(shown(20)).toContain(" · …\n");
      expect(shownIn(night, shape)).not.toContain(" · …");
    });

    it("stand in one line, also one that has several", () => {
      const details = { sql: "SELECT *\nFROM t\nWHERE true", error: "no route\nto host\nany more" };
      const shown = shownIn([event(1, { details, metrics: {} }), event(2)], shape);
      expect(shown).toContain("sql: SELECT * FROM t WHERE true\n");
    });
  },
);

it.each(shapes.filter(({ format }) => format === "card"))(
  "a digest in the shape %o holds no markup but its bold headlines and labels",
  (shape) => {
    const odd = "*a* ~~b~~ [x](https://evil.example) `c`";
    const details = { [odd]: odd, error: odd };
    const one = event(1, { level: "error", service: odd, message: odd, details, metrics: {} });
    const texts = objectsIn(JSON.parse(bodyOf([one, event(2)], shape)))
      .filter(({ tag }) => tag === "lark_md" || tag === "markdown")
      .map(({ content }) => String(content));
    expect(texts).toHaveLength(2);
    for (const text of texts) {
      expect(text).toMatch(/^\*\*&#91;(?:错误|信息)&#93; 数据同步成功\*\* · /);
      const bare = text.replace(/&#\d+;|&sim;/g, "").replace(/\*\*[^*\n]+\*\*/g, "");
      expect(bare).not.toMatch(/[*~[\]()`<>]/);
    }
    expect(texts[0]).toContain("\n**错误** &#42;a&#42; ");
  },
);

it.each(shapes.filter(({ format }) => format === "post" || format === "text"))(
  "no line of a message passes for another event of a digest in the shape %o",
  (shape) => {
    const forged = "[严重] 数据同步失败 · prod";
    const lines = shownIn([event(1, { message: `lost\n\n${forged}` }), event(2)], shape).split(
      "\n",
    );
    expect(lines).toContain(`    ${forged}`);
    expect(lines).not.toContain(forged);
  },
);

it("treats a detail without content as no error", () => {
  const shown = shownIn(
    [event(1, { level: "error", details: { error: null, last_error: "" }, metrics: {} })],
    { format: "text" },
  );
  expect(shown).not.toContain("错误:");
});
