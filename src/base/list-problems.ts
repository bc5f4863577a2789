/** A model corrects a value from the first few. */
const SHOWN_PROBLEMS = 8;
const PATH_MAX_CHARS = 200;
/** Room for the twenty values that one of a list may have. */
const MESSAGE_MAX_CHARS = 1_000;

/** What is wrong with one place of a value. */
export interface ValueProblem {
  /** Where: a JSON pointer, such as `/tags/1`; empty for the value itself. */
  readonly path: string;
  readonly message: string;
}

/**
 * Problems on one line: `/query must be string; /limit must be <= 20; 3 more`.
 *
 * @param problems At least one. At most 8 are shown, each cut to a length a model can be told.
 */
export function listProblems(problems: readonly ValueProblem[]): string {
  const lines = problems
    .slice(0, SHOWN_PROBLEMS)
    .map(({ path, message }) => `${(path || '/').slice(0, PATH_MAX_CHARS)} ${message.slice(0, MESSAGE_MAX_CHARS)}`);
  if (problems.length > lines.length) lines.push(`${problems.length - lines.length} more`);
  return lines.join('; ');
}
