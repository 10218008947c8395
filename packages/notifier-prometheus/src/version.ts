// Put in by the bundler, from package.json; see tsup.config.ts.
declare const packageVersion: string;

/** The version of this package, as published. */
export const version: string = packageVersion;
