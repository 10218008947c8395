import { html, type Markup } from "../html.ts";

export const slackStyle: Markup = html`
.sl-message{width:600px;max-width:100%;display:flex;gap:8px;padding:8px 12px;box-sizing:border-box;background:#fff;border:1px solid #e8e8e8;border-radius:8px;color:#1d1c1d;font-size:15px;line-height:22px;overflow-wrap:anywhere}
.sl-avatar{flex:none;width:36px;height:36px;border-radius:6px;background:#4a154b;color:#fff;text-align:center;line-height:36px;font-weight:700}
.sl-main{min-width:0;flex:1}
.sl-name{font-weight:900}
.sl-app{font-size:10px;font-weight:400;background:#e8e8e8;color:#616061;border-radius:2px;padding:1px 3px}
.sl-attachment{border-left:4px solid #ddd;border-radius:4px;padding-left:12px;margin-top:4px}
.sl-header{font-size:18px;line-height:24px;font-weight:900;margin:8px 0 4px}
.sl-section{margin:8px 0}
.sl-fields{display:grid;grid-template-columns:1fr 1fr;gap:8px 16px;max-width:560px}
.sl-context{color:#616061;font-size:13px;line-height:18px;margin:8px 0}
.sl-code{background:#f8f8f8;border:1px solid #ddd;border-radius:4px;padding:8px;margin:4px 0;font-size:12px;line-height:18px;white-space:pre-wrap}
.sl-message code{color:#c01343;background:#f8f8f8;border:1px solid #ddd;border-radius:3px;padding:1px 3px;font-size:12px}
.sl-mention{background:#fff3cd;color:#1264a3;font-weight:normal}
`;
