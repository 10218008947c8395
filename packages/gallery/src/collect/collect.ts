import { deliver, type Exhibit } from "./deliver.ts";
import { exhibitors } from "./exhibitors.ts";

/** Every sample at every destination, in every language it speaks. */
export const collect = async (): Promise<readonly Exhibit[]> => {
  const rows = exhibitors.flatMap((exhibitor) =>
    exhibitor.locales.map((locale) => deliver(exhibitor, locale, exhibitor.samples(locale))),
  );
  return (await Promise.all(rows)).flat();
};
