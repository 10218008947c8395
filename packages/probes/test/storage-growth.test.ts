import { describe, expect, it } from "vitest";
import { GiB, systemError, watch } from "./storage-support.ts";
import { minute } from "./support.ts";

describe("growth", () => {
  /** What is told of /data once it has grown so, minute by minute, and come to `last`. */
  const grown = async (from: number, perMinute: readonly number[], last: number) => {
    const used = { "/data": from };
    const { clock, events } = watch(used);
    for (const percent of perMinute) {
      used["/data"] += percent;
      await clock.advance(minute);
    }
    used["/data"] = last;
    await clock.advance(minute);
    return events().at(-1);
  };
  const times = (count: number, percent: number) => Array.from({ length: count }, () => percent);

  it("tells when the disk will be full", async () => {
    const event = await grown(39.9, times(450, 0.1), 85);
    expect(event?.metrics.growth_bytes_per_hour).toBeCloseTo(6 * GiB, -6);
    expect(event?.metrics.seconds_to_full).toBeCloseTo((15 / 6) * 3_600, -1);
    expect(event?.message).toBe(
      "/data is 85% full, 15 GiB of 100 GiB free; at this rate full in 2 h",
    );
  });

  it("is not concluded from less than five minutes", async () => {
    const early = await grown(80, times(3, 1), 86);
    expect(early?.metrics).toEqual({
      free_bytes: 14 * GiB,
      total_bytes: 100 * GiB,
      used_ratio: 0.86,
    });
    const later = await grown(79, times(5, 1), 86);
    expect(later?.metrics.growth_bytes_per_hour).toBeGreaterThan(50 * GiB);
  });

  it("below zero promises no end", async () => {
    const event = await grown(84.9, times(30, -0.1), 86);
    expect(event?.metrics.growth_bytes_per_hour).toBeLessThan(0);
    expect(event?.metrics).not.toHaveProperty("seconds_to_full");
    expect(event?.message).toMatch(/free$/);
  });

  it("that would take more than a year to fill the disk promises none either", async () => {
    const event = await grown(84.99, times(60, 0.000_001), 85);
    expect(event?.metrics.growth_bytes_per_hour).toBeGreaterThan(0);
    expect(event?.metrics).not.toHaveProperty("seconds_to_full");
  });

  it("is not that of another disk, mounted after the first could not be read", async () => {
    const used: Record<string, number | Error> = { "/data": 40 };
    const { clock, news } = watch(used);
    await clock.advance(20 * minute);
    used["/data"] = systemError("ENOENT");
    await clock.advance(minute);
    news();
    used["/data"] = 90;
    await clock.advance(minute);
    expect(news()[0]?.metrics).not.toHaveProperty("growth_bytes_per_hour");
  });

  it("keeps to its window: what grew hours ago counts no longer", async () => {
    const event = await grown(54.9, [...times(60, 0.5), ...times(61, 0)], 85);
    expect(event?.metrics.growth_bytes_per_hour).toBeLessThan(GiB);
  });
});
