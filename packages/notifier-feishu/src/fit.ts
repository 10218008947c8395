/** How much a rendering may show. */
export interface Room {
  /** Events of a digest that are shown; the others are counted. */
  readonly events: number;
  /** Metrics and details shown per event, beyond service, type and time. */
  readonly fields: number;
  /** Bytes of any one text, before it is escaped. */
  readonly textBytes: number;
}

/** Below this a text says too little: a digest then rather shows fewer events. */
const legibleBytes = 160;
const leastBytes = 40;

/**
 * The roomiest rendering of at most `maxBytes`: fields go first, then texts are cut, then a digest
 * shows fewer events. Measured as it is sent, so escapes and multi-byte text count for what they are.
 */
export const fit = (full: Room, maxBytes: number, render: (room: Room) => string): string => {
  const widest = (least: number, most: number, room: (size: number) => Room) => {
    let [low, high] = [least, most];
    let best: string | undefined;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const text = render(room(middle));
      if (Buffer.byteLength(text) <= maxBytes) {
        best = text;
        low = middle + 1;
      } else high = middle - 1;
    }
    return best;
  };
  const whole = render(full);
  if (Buffer.byteLength(whole) <= maxBytes) return whole;
  const bare: Room = { ...full, fields: 0 };
  const short: Room = { ...bare, textBytes: legibleBytes };
  return (
    widest(0, full.fields - 1, (fields) => ({ ...full, fields })) ??
    widest(legibleBytes, full.textBytes, (textBytes) => ({ ...bare, textBytes })) ??
    widest(0, full.events - 1, (events) => ({ ...short, events })) ??
    render({ events: 0, fields: 0, textBytes: leastBytes })
  );
};
