import { ConfigError } from "@datasync-monitor/core";

const absent = new Set(["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"]);

/**
 * A driver, which is installed by whoever uses it.
 *
 * @throws ConfigError that says what to install.
 */
export const loadDriver = async <T>(
  name: string,
  option: string,
  load: () => Promise<T>,
): Promise<T> => {
  try {
    return await load();
  } catch (error) {
    const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
    if (typeof code !== "string" || !absent.has(code)) throw error;
    throw new ConfigError(
      option,
      `sqlStore(): \`${option}\` needs the package \`${name}\`, which is not installed for this platform. Run: npm install ${name}`,
    );
  }
};
