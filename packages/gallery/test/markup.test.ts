import { describe, expect, it } from "vitest";
import { terminalText } from "../src/page/ansi.ts";
import { larkMarkdown, larkText } from "../src/page/feishu/markup.ts";
import { type Content, html, toText } from "../src/page/html.ts";
import { mrkdwn } from "../src/page/slack/mrkdwn.ts";

const text = (content: Content): string => toText(html`${content}`);

describe("html", () => {
  it("takes every value as text, unless it is markup of its own", () => {
    const value = `<b title="x">&'`;
    expect(
      text(html`<p title="${value}">${value}${[html`<i>${1}</i>`, undefined, false]}</p>`),
    ).toBe(
      '<p title="&lt;b title=&quot;x&quot;&gt;&amp;&#39;">&lt;b title=&quot;x&quot;&gt;&amp;&#39;<i>1</i></p>',
    );
  });
});

describe("the markup of a Feishu card", () => {
  it("is drawn", () => {
    expect(text(larkText("**a *b* a** ~~c~~ `d`\n[e](https://example.com/?a=1)"))).toBe(
      '<b>a <i>b</i> a</b> <s>c</s> <code>d</code><br><span class="link" title="https://example.com/?a=1">e</span>',
    );
    expect(text(larkText("**表** a · **b** c"))).toBe("<b>表</b> a · <b>b</b> c");
    expect(text(larkText("<at id=all></at><font color='red'>x</font>"))).toBe(
      '<b class="fs-at">@所有人</b><span class="fs-ink-red">x</span>',
    );
  });

  it("is text where it was escaped", () => {
    const escaped =
      "&#42;&#42;a&#42;&#42; &#60;at id=all&#62; &#91;b&#93;&#40;https&#58;&#41; &sim;";
    expect(text(larkText(escaped))).toBe("**a** &lt;at id=all&gt; [b](https:) ∼");
  });

  it("is text where it is no markup: names, marks without a partner, other addresses", () => {
    expect(text(larkText("coin_data 2 * 3 [a](javascript:x) <b>"))).toBe(
      "coin_data 2 * 3 [a](javascript:x) &lt;b&gt;",
    );
  });

  it("makes blocks of lines where it is Markdown, and only there", () => {
    const source = "# a\n- b\n- c\n1. d\n> e\n---\nf";
    expect(text(larkMarkdown(source))).toBe(
      '<div class="fs-heading">a</div><ul><li>b</li><li>c</li></ul><ol><li>d</li></ol><blockquote>e</blockquote><hr>f',
    );
    expect(text(larkText(source))).toBe("# a<br>- b<br>- c<br>1. d<br>&gt; e<br>---<br>f");
    expect(text(larkMarkdown("```\n**a**\n```"))).toBe('<pre class="fs-code">**a**</pre>');
  });
});

describe("Slack's mrkdwn", () => {
  it("is drawn where its marks stand free", () => {
    expect(text(mrkdwn("*a* _b_ ~c~ `d` <https://example.com|e> <!channel>"))).toBe(
      '<b>a</b> <i>b</i> <s>c</s> <code>d</code> <span class="link" title="https://example.com">e</span> <b class="sl-mention">@channel</b>',
    );
    expect(text(mrkdwn("coin_data_x 2 * 3 * 4"))).toBe("coin_data_x 2 * 3 * 4");
  });

  it("is text in a code block, and where it was escaped", () => {
    expect(text(mrkdwn("```\n*a* &lt;!channel&gt;\n```"))).toBe(
      '<pre class="sl-code">*a* &lt;!channel&gt;</pre>',
    );
    expect(text(mrkdwn("&lt;!channel&gt; &amp;lt;"))).toBe("&lt;!channel&gt; &amp;lt;");
  });
});

describe("a terminal's colours", () => {
  it("hold until they are reset", () => {
    expect(text(terminalText("a\u001b[1;97;41mb\u001b[0m<c>"))).toBe(
      'a<span class="sgr-bold sgr-white sgr-on-red">b</span>&lt;c&gt;',
    );
  });

  it("are marked where the page does not know them", () => {
    expect(text(terminalText("\u001b[35ma\u001b[0m"))).toBe('<span class="undrawn">a</span>');
  });
});
