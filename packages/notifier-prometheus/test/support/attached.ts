import { type PrometheusNotifier, type PrometheusOptions, prometheus } from "../../src/index.ts";
import { type FakeHost, fakeHost } from "./fake-host.ts";

export interface Attached extends FakeHost {
  readonly notifier: PrometheusNotifier;
}

/** A notifier that watches a monitor whose books the test writes. */
export const attached = (options: PrometheusOptions = {}): Attached => {
  const fake = fakeHost();
  const notifier = prometheus(options);
  notifier.attach?.(fake.host);
  return { ...fake, notifier };
};
