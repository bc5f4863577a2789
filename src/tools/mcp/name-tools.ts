import { TroupeError } from '../../base/errors.ts';

/** What the providers of models accept as a tool's name. */
const NAME_MAX_CHARS = 64;
const NOT_IN_NAMES = /[^A-Za-z0-9_-]/g;

/**
 * The names that models know a server's tools by: with a prefix, and without what no model accepts.
 *
 * @param server For the error.
 * @param tools As the server calls them.
 * @returns By that name, the server's.
 * @throws {TroupeError} `SCENARIO_INVALID` if two come out the same.
 */
export function nameTools(server: string, tools: readonly string[], prefix: string): ReadonlyMap<string, string> {
  const named = new Map<string, string>();
  for (const tool of tools) {
    const name = `${prefix}${tool}`.replace(NOT_IN_NAMES, '_').slice(0, NAME_MAX_CHARS);
    const other = named.get(name);
    if (other !== undefined) {
      const hint = `name those that are used in \`tools:\`, or split them over two entries with another \`prefix:\` each`;
      throw new TroupeError(
        'SCENARIO_INVALID',
        `Cannot use the tools "${server}": "${other}" and "${tool}" would both be called "${name}"; ${hint}`,
      );
    }
    named.set(name, tool);
  }
  return named;
}
