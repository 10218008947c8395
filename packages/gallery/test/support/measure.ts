/** How a mail fits the frame it is shown in; pixels. */
export interface Fit {
  readonly exhibit: string;
  readonly screen: string;
  /** What of the mail is below the frame's lower edge; negative where room is left. */
  readonly below: number;
  /** What is beyond its right edge, so that a reader has to push the mail sideways. */
  readonly beside: number;
}

const script = `
addEventListener("load", () => {
  const fits = [...document.querySelectorAll("iframe")].map((frame) => {
    const { documentElement: page } = frame.contentDocument;
    const mail = page.querySelector("table").getBoundingClientRect();
    return {
      exhibit: frame.closest(".exhibit").id,
      screen: frame.title,
      below: Math.round(mail.height) - frame.clientHeight,
      beside: page.scrollWidth - page.clientWidth,
    };
  });
  document.body.textContent = JSON.stringify(fits);
});`;

/** The page with its guards down, so that it can measure its frames when it is opened. */
export const measuring = (page: string): string =>
  page
    .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "")
    .replaceAll('sandbox=""', 'sandbox="allow-same-origin"')
    .replace("</body>", `<script>${script}</script></body>`);

/** What a measuring page found. */
export const fitsOf = (dom: string): readonly Fit[] => {
  const [, found = "[]"] = /<body>([\s\S]*)<\/body>/.exec(dom) ?? [];
  return JSON.parse(found);
};
