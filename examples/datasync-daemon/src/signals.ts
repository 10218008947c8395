const names = ["SIGTERM", "SIGINT"] as const;

export interface StopSignal {
  /** Resolves at the first SIGTERM or SIGINT. A second one ends the process at once. */
  readonly received: Promise<NodeJS.Signals>;
  /** Listens no longer, and lets the process end. */
  release(): void;
}

/** Takes the stop signals over, and holds the process until it is released. */
export const listenForStop = (): StopSignal => {
  let resolve: (signal: NodeJS.Signals) => void = () => {};
  const received = new Promise<NodeJS.Signals>((settle) => {
    resolve = settle;
  });
  const holding = setInterval(() => {}, 2 ** 30);
  const stopListening = (): void => {
    for (const name of names) process.off(name, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    stopListening();
    resolve(signal);
  };
  for (const name of names) process.on(name, onSignal);
  return {
    received,
    release() {
      stopListening();
      clearInterval(holding);
    },
  };
};
