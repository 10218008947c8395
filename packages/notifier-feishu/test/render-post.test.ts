import { sampleBatch, sampleEvent } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { expect, it } from "vitest";
import { bodyOf, bounded, decode, hostileBatch, objectsIn, textsOf } from "./support.ts";

const pageOf = (body: string) => JSON.parse(body).content.post.zh_cn;

it("is rich text of text tags alone", () => {
  const body = bodyOf([sampleEvent({ details: { runbook: "https://example.com/runbook" } })], {
    format: "post",
  });
  expect(JSON.parse(body).msg_type).toBe("post");
  const tags = objectsIn(JSON.parse(body)).flatMap(({ tag }) => (tag === undefined ? [] : [tag]));
  expect(new Set(tags)).toEqual(new Set(["text"]));
  expect(pageOf(body).content[0]).toEqual([{ tag: "text", text: "数据同步完成: 1000条记录" }]);
});

it("names the language it is in", () => {
  const body = bodyOf([sampleEvent()], { format: "post", locale: "en" });
  expect(Object.keys(JSON.parse(body).content.post)).toEqual(["en_us"]);
});

it("titles a batch by its count of each level", () => {
  expect(pageOf(bodyOf(sampleBatch(3), { format: "post" })).title).toBe("3 条事件：信息 3");
});

it("shows markup as it is, without entities", () => {
  const message = "*a* [x](javascript:1) <font color=red> &#42;";
  const body = bodyOf([sampleEvent({ message })], { format: "post" });
  expect(textsOf(body, "text")[0]).toBe(message);
});

it("sets the lines of a value below its label, and in a digest in one line", () => {
  const event = sampleEvent({ metrics: {}, details: { sql: "SELECT *\nFROM t", note: "one" } });
  const alone = textsOf(bodyOf([event], { format: "post" }), "text");
  expect(alone).toContain("sql:\n    SELECT *\n    FROM t");
  expect(alone).toContain("note: one");
  const digest = textsOf(bodyOf([event, event], { format: "post" }), "text");
  expect(digest).toContain("    sql: SELECT * FROM t · note: one");
});

it("has no empty paragraph and no empty text, also where the message is empty", () => {
  const silent = sampleEvent({ message: " ", metrics: {}, details: {} });
  for (const events of [[silent], [silent, silent]]) {
    const { content } = pageOf(bodyOf(events, { format: "post" }));
    expect(content.filter((paragraph: unknown[]) => paragraph.length === 0)).toEqual([]);
    expect(content.flat().filter(({ text }: { text: string }) => text.trim() === "")).toEqual([]);
  }
});

it("lets no message pass for a field where it stands among them", () => {
  const forged = `服务: other${"\nline".repeat(20)}`;
  const failed = sampleEvent({ message: forged, details: { error: "no route" }, metrics: {} });
  const lines = textsOf(bodyOf([failed], { format: "post" }), "text");
  expect(lines.map((line) => line.split("\n")[0]).slice(0, 3)).toEqual([
    "错误: no route",
    "消息: 服务: other",
    "服务: datasync",
  ]);
  expect(lines.join("\n").match(/^line$/gm)).toBe(null);
  const [short, long] = ["lost", forged].map((message) =>
    sampleEvent({ message, metrics: {}, details: {} }),
  );
  const withError = sampleEvent({ message: "lost", details: { error: "no route" } });
  for (const event of [short ?? failed, long ?? failed, withError]) {
    const told = textsOf(bodyOf([event], { format: "post" }), "text");
    expect(told[0]).toBe(event.message.replaceAll("\n", "\n    "));
  }
});

it("mentions nobody, whatever the events hold (trap 8)", () => {
  fc.assert(
    fc.property(hostileBatch, (events) => {
      const body = bodyOf(events, { format: "post" });
      expect(objectsIn(JSON.parse(body)).filter(({ tag }) => tag === "at")).toEqual([]);
      const texts = [pageOf(body).title, ...textsOf(body, "text")];
      for (const text of texts) expect(decode(text)).not.toMatch(/<\s*\/?\s*at/i);
    }),
    bounded,
  );
});

it("mentions those whom the options name", () => {
  const body = bodyOf([sampleEvent()], { format: "post", mentions: ["all", "ou_1"] });
  expect(pageOf(body).content.at(-1)).toEqual([
    { tag: "at", user_id: "all" },
    { tag: "at", user_id: "ou_1" },
  ]);
});

it("puts the keyword into the title (trap 13)", () => {
  const { title } = pageOf(bodyOf([sampleEvent()], { format: "post", keyword: "应用报警" }));
  expect(title).toMatch(/^应用报警 \[/);
});
