import { NOTE_KEY_MAX_CHARS, NOTE_TEXT_MAX_CHARS } from '../../base/limits.ts';
import type { NotesToolSpec } from '../../protocol.ts';
import type { Tool } from '../tool.ts';

/**
 * Notes a fact for later: `{ remembered: key }` when it is on disk. What was noted under that key before is replaced.
 *
 * It waits for the store alone, which holds virtual time by itself while a disk is waited for.
 */
export function createRemember(name: string, spec: NotesToolSpec): Tool {
  const { shared } = spec;
  const whose = shared ? ', for all agents' : '';
  return {
    name,
    description: spec.description ?? `Notes a fact for later${whose}. What was noted under the same key is replaced.`,
    parameters: {
      type: 'object',
      properties: {
        key: { type: 'string', description: 'What it is about.', minLength: 1, maxLength: NOTE_KEY_MAX_CHARS },
        text: { type: 'string', description: 'The fact.', minLength: 1, maxLength: NOTE_TEXT_MAX_CHARS },
      },
      required: ['key', 'text'],
      additionalProperties: false,
    },
    timeoutMs: spec.timeoutMs,
    effects: spec.effects ?? 'idempotent',
    external: false,
    async execute(args, { memory }) {
      const key = String(args.key);
      await memory.remember(key, String(args.text), { shared });
      return { remembered: key };
    },
  };
}
