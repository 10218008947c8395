/** `track` has told of the failure already; the next run tries again. */
export const told = (run: Promise<void>): Promise<void> => run.catch(() => {});
