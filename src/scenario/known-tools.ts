import type { Json, JsonObject } from '../protocol.ts';
import { toList, toMap } from './values.ts';

/** The names that agents and rules may call tools by, as far as a scenario tells them. */
export class KnownTools {
  readonly names: readonly string[];
  readonly #declared: ReadonlyMap<string, JsonObject>;

  /** @param extra Names that code brings along. */
  constructor(declared: readonly (readonly [string, JsonObject])[], extra: readonly string[]) {
    this.#declared = new Map(declared);
    this.names = [...this.#declared.keys(), ...[...this.#declared.values()].flatMap(toServerTools), ...extra];
  }

  /** Some stand for several tools, of which not all names are known before they are opened. */
  get areOpen(): boolean {
    return [...this.#declared.values()].some(isOpen);
  }

  /** @param tools What a group has. */
  mayHave(tools: readonly Json[], tool: string): boolean {
    if (tools.includes(tool)) return true;
    return tools.some((name) => {
      const set = typeof name === 'string' ? this.#declared.get(name) : undefined;
      return set !== undefined && (isOpen(set) || toServerTools(set).includes(tool));
    });
  }
}

function isOpen(tool: JsonObject): boolean {
  return 'module' in tool || ('mcp' in tool && tool.tools === undefined);
}

/** What is known of a server's tools without asking it. */
function toServerTools({ mcp, tools, simulate, prefix }: JsonObject): string[] {
  if (mcp === undefined) return [];
  const names = [...toList(tools), ...Object.keys(toMap(simulate))];
  // As they are named when the server is there: only what models take.
  return names.map((name) =>
    `${typeof prefix === 'string' ? prefix : ''}${name}`.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64),
  );
}
