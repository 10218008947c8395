import { html, type Markup } from "../html.ts";

/** The vendor's colours as its clients draw them, by eye. */
const colours: Readonly<Record<string, readonly [solid: string, pale: string]>> = {
  blue: ["#3370ff", "#e1eaff"],
  wathet: ["#50a5ff", "#d9f3fd"],
  turquoise: ["#14b8a6", "#d5f6f2"],
  green: ["#34a853", "#d9f5d6"],
  lime: ["#84a300", "#eef5c8"],
  yellow: ["#c99a00", "#faf1d1"],
  orange: ["#ed6d0c", "#feead2"],
  red: ["#f54a45", "#fde2e2"],
  carmine: ["#d13d7c", "#fde2f0"],
  violet: ["#b43bd4", "#f8def8"],
  purple: ["#7f3bf5", "#ece2fe"],
  indigo: ["#4954e6", "#e0e2fa"],
  grey: ["#8f959e", "#eff0f1"],
  neutral: ["#646a73", "#eff0f1"],
  default: ["#1f2329", "#f5f6f7"],
};

const perColour = Object.entries(colours).map(
  ([name, [solid, pale]]) => html`
.fs-head-${name}{background:${solid};color:#fff}
.fs-ink-${name}{color:${solid}}
.fs-tag-${name}{background:${pale};color:${solid}}
.fs-background-${name}{background:${pale}}`,
);

const perWeight = [1, 2, 3, 4, 5].map(
  (weight) => html`.fs-weight-${weight}{flex:${weight} 1 0}
`,
);

export const feishuStyle: Markup = html`
.fs-desktop{width:560px;max-width:100%}
.fs-phone{width:343px}
.fs-card,.fs-bubble{border:1px solid #dee0e3;border-radius:8px;background:#fff;color:#1f2329;font-size:14px;line-height:22px;overflow:hidden;overflow-wrap:anywhere}
.fs-bubble{width:420px;white-space:pre-wrap;padding:10px 12px;background:#f5f6f7}
.fs-bubble p{margin:0}
.fs-post-title{font-size:16px;font-weight:600;margin-bottom:6px}
${perColour}
.fs-head{padding:11px 12px}
.fs-head-default{background:#fff;color:#1f2329}
.fs-title{font-size:16px;line-height:24px;font-weight:600}
.fs-subtitle{font-size:12px;line-height:18px}
.fs-body{padding:12px;display:flex;flex-direction:column;gap:10px}
.fs-plain{white-space:pre-wrap}
.fs-fields{display:flex;flex-wrap:wrap;gap:8px 0}
.fs-div>*+.fs-fields{margin-top:8px}
.fs-short{width:50%;padding-right:8px;box-sizing:border-box}
.fs-long{width:100%}
.fs-note{font-size:12px;line-height:18px;color:#8f959e}
.fs-body hr{width:100%;border:0;border-top:1px solid #dee0e3;margin:0}
.fs-at{color:#3370ff;font-weight:normal}
.fs-tag{font-size:12px;padding:0 6px;border-radius:4px;font-weight:normal;white-space:nowrap}
.fs-code,.fs-bubble code,.fs-card code{background:#f5f6f7;border-radius:4px;font-size:12px}
.fs-code{padding:8px;margin:4px 0;white-space:pre-wrap}
.fs-heading{font-weight:600;font-size:16px}
.fs-markdown ul,.fs-markdown ol{margin:0;padding-left:20px}
.fs-size-notation,.fs-size-xsmall,.fs-size-small{font-size:12px;line-height:18px;color:#646a73}
.fs-size-heading{font-size:16px;font-weight:600}
.fs-columns{display:flex;gap:8px;border-radius:6px;flex-wrap:wrap}
.fs-flex-none{flex-wrap:nowrap}
.fs-phone .fs-flex-stretch{flex-direction:column}
.fs-column{display:flex;flex-direction:column;gap:4px;min-width:0}
${perWeight}
.fs-auto{flex:0 1 auto}
.fs-background-default{background:none}
.fs-panel{border:1px solid #dee0e3;border-radius:6px;padding:6px 8px}
.fs-panel>summary{cursor:pointer}
.fs-table{border-collapse:collapse;width:100%}
.fs-table th,.fs-table td{border:1px solid #dee0e3;padding:4px 8px;text-align:left;vertical-align:top}
.fs-actions{display:flex;gap:8px}
.fs-button{border:1px solid #d0d3d6;border-radius:6px;padding:4px 12px;align-self:start}
.fs-button-primary,.fs-button-primary_filled{background:#3370ff;border-color:#3370ff;color:#fff}
.fs-button-danger,.fs-button-danger_filled{background:#f54a45;border-color:#f54a45;color:#fff}
`;
