/** The levels of `--log-level`, from nothing to everything. Apart from the log itself, which takes a while to load. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
