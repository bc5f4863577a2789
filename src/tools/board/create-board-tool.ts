import { TroupeError } from '../../base/errors.ts';
import { BOARD_READ_MAX_CHARS } from '../../base/limits.ts';
import type { BoardToolSpec, Json, JsonObject, JsonSchema } from '../../protocol.ts';
import type { Board, BoardEntry, Tool, ToolContext } from '../tool.ts';

const KEY = { type: 'string', minLength: 1, description: 'Under which key.' };

const READ_PARAMETERS: JsonSchema = {
  type: 'object',
  properties: { key: { ...KEY, description: 'The key. Without it: everything.' } },
  additionalProperties: false,
};

const WRITE_PARAMETERS: JsonSchema = {
  type: 'object',
  properties: {
    key: KEY,
    text: { type: 'string', description: 'The whole text that is to stand there.' },
    version: {
      type: 'integer',
      minimum: 0,
      description:
        'The version you have read, 0 for nothing: it is written only if nobody has written since. Without it: always.',
    },
  },
  required: ['key', 'text'],
  additionalProperties: false,
};

const READ = 'Reads what stands on the shared board, with its version, and who has written it.';
const WRITE = 'Writes on the shared board, which all others read.';

/**
 * A tool that reads or writes a blackboard: `read-board`, `write-board`.
 *
 * Calls fail with `CONFLICT` (the message has what stands there), `TOOL_ARGUMENTS`, `TOO_MANY`, `STORE_FAILED`.
 */
export function createBoardTool(name: string, spec: BoardToolSpec): Tool {
  const isRead = spec.builtin === 'read-board';
  return {
    name,
    description: spec.description ?? (isRead ? READ : WRITE),
    parameters: isRead ? READ_PARAMETERS : WRITE_PARAMETERS,
    timeoutMs: spec.timeoutMs,
    effects: spec.effects ?? (isRead ? 'none' : 'idempotent'),
    external: false,
    internal: true,
    execute(args, context) {
      const board = openBoard(name, spec.board, context);
      return isRead ? read(board, args) : write(board, args);
    },
  };
}

function openBoard(tool: string, name: string, context: ToolContext): Board {
  const board = context.board?.(name);
  if (board !== undefined) return board;
  throw new TroupeError('TOOL_FAILED', `Cannot use tool "${tool}": there are no boards here`);
}

async function read(board: Board, { key }: JsonObject): Promise<Json> {
  if (typeof key === 'string') return { ...((await board.read(key)) ?? { key, text: null, version: 0 }) };
  const entries = await board.all();
  const chars = entries.reduce((sum, { text }) => sum + text.length, 0);
  if (chars <= BOARD_READ_MAX_CHARS) return { entries: entries.map(({ ...entry }) => entry) };
  const note = `The texts have ${chars} characters: read them by their keys.`;
  return { entries: entries.map(withoutText), note };
}

function withoutText({ text, ...rest }: BoardEntry): JsonObject {
  return { ...rest, chars: text.length };
}

async function write(board: Board, { key, text, version }: JsonObject): Promise<Json> {
  const written = await board.write(String(key), String(text), typeof version === 'number' ? version : undefined);
  return { key: written.key, version: written.version };
}
