import { html, type Markup } from "../html.ts";
import { feishuStyle } from "./feishu.ts";
import { slackStyle } from "./slack.ts";

const font = html`-apple-system,"Segoe UI",Roboto,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif`;
const mono = html`ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Noto Sans Mono CJK SC",monospace`;

const frameStyle: Markup = html`
:root{color-scheme:light}
body{margin:0;background:#eef0f3;color:#1f2937;font:14px/1.5 ${font}}
pre,code{font-family:${mono}}
header{background:#fff;border-bottom:1px solid #d5d9df;padding:12px 24px}
h1{font-size:18px;margin:0 0 8px}
nav{display:flex;flex-direction:column;gap:4px}
.filter{display:flex;flex-wrap:wrap;gap:4px;align-items:baseline}
.filter b{width:80px;color:#6b7280;font-weight:400}
input{position:absolute;opacity:0}
label{padding:1px 8px;border:1px solid #d5d9df;border-radius:10px;font-size:12px;cursor:pointer}
main{padding:0 24px 48px;display:flex;flex-wrap:wrap;gap:0 24px;align-items:flex-start}
section{max-width:100%}
section:has(:target){display:block!important}
h2{font-size:16px;margin:24px 0 8px}
.exhibits{display:flex;flex-wrap:wrap;gap:24px;align-items:flex-start}
figure{margin:0}
.exhibit{max-width:100%;display:flex;flex-direction:column;gap:8px}
.exhibit:target{outline:2px solid #2563eb;outline-offset:6px}
figcaption{font-size:12px;color:#6b7280}
figcaption a{color:inherit;font-weight:600}
.screens{display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start}
hr{border:0;border-top:1px solid #d5d9df}
.aside{max-width:600px;font-size:12px;color:#6b7280}
.link{color:#1264a3;text-decoration:underline}
.undrawn{background:#fde68a;outline:2px solid #d97706}
.request{max-width:640px;max-height:480px;overflow:auto;background:#fff;border:1px solid #d5d9df;border-radius:6px;margin:0;padding:10px 12px;font-size:12px;line-height:18px;white-space:pre-wrap;overflow-wrap:anywhere}
`;

const terminalStyle: Markup = html`
.terminal{max-width:1000px;overflow:auto;background:#14161a;color:#d7dae0;border-radius:6px;margin:0;padding:12px;font-size:12px;line-height:18px;white-space:pre-wrap;overflow-wrap:anywhere}
.sgr-bold{font-weight:700}
.sgr-dim{opacity:.6}
.sgr-red{color:#ff6b6b}
.sgr-yellow{color:#f5c542}
.sgr-cyan{color:#4fd1d9}
.sgr-white{color:#fff}
.sgr-on-red{background:#c22f2f}
`;

const mailStyle: Markup = html`
.mail{background:#fff;border:1px solid #d5d9df;border-radius:6px;padding:12px}
.mail-subject{font-size:18px;font-weight:600}
.mail-head{font-size:12px;color:#6b7280;margin-bottom:8px}
iframe{display:block;border:1px solid #d5d9df;max-width:100%}
.mail pre{max-width:720px;font-size:12px;line-height:18px;white-space:pre-wrap}
`;

/** What the page looks like. Each destination is drawn as its own program draws it, as near as CSS goes. */
export const style: Markup = html`${frameStyle}${terminalStyle}${mailStyle}${feishuStyle}${slackStyle}`;
