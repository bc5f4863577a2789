import { TroupeError } from '../../base/errors.ts';
import { APPROVAL_TEXT_MAX_CHARS } from '../../base/limits.ts';
import type { PersonToolSpec } from '../../protocol.ts';
import type { Tool } from '../tool.ts';

/**
 * Asks a person: its calls wait in the inbox, and what somebody answers is their result. So none is ever made.
 *
 * @param name The scenario's name for it.
 */
export function createAskPerson(name: string, spec: PersonToolSpec): Tool {
  return {
    name,
    description: spec.description ?? 'Asks a person, who may take long to answer. Gives what the person says.',
    parameters: {
      type: 'object',
      properties: {
        question: {
          type: 'string',
          description: 'The question, with all that is needed to answer it.',
          minLength: 1,
          maxLength: APPROVAL_TEXT_MAX_CHARS,
        },
      },
      required: ['question'],
      additionalProperties: false,
    },
    timeoutMs: spec.timeoutMs,
    effects: 'none',
    internal: true,
    external: false,
    approval: spec.approval,
    execute() {
      throw new TroupeError('TOOL_FAILED', `Cannot call "${name}": nobody was asked; it needs a run with an inbox`);
    },
  };
}
