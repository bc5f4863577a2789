import { TroupeError } from '../base/errors.ts';
import { APPROVAL_TEXT_MAX_CHARS } from '../base/limits.ts';
import type { ApprovalRecord, PersonAnswer, WaitingApproval } from '../protocol.ts';

/** What names a call towards people: its agent and its place in it. */
export function toCallName({ agent, callId }: Pick<WaitingApproval, 'agent' | 'callId'>): string {
  return `${agent}:${callId}`;
}

/**
 * An answer as it is written down.
 *
 * @param problem What is wrong with arguments instead of the decided ones; undefined: they fit.
 * @throws {TroupeError} `USAGE` if it is no answer to this call, `TOOL_ARGUMENTS` if its arguments do not fit. The call still
 * waits then.
 */
export function toRecord(
  view: WaitingApproval,
  { answer, args, text, reason, by }: PersonAnswer,
  problem: (args: NonNullable<PersonAnswer['args']>) => string | undefined,
): ApprovalRecord {
  const name = toCallName(view);
  const said = { by, ...(reason !== undefined && { reason }) };
  if ((reason?.length ?? 0) + (text?.length ?? 0) > APPROVAL_TEXT_MAX_CHARS) {
    throw new TroupeError(
      'USAGE',
      `Cannot answer "${name}": the text is longer than ${APPROVAL_TEXT_MAX_CHARS} characters; make it shorter`,
    );
  }
  if (answer === 'reject') return { answer: 'rejected', ...said };
  if (view.kind === 'question') {
    if (text !== undefined && answer === 'approve') return { answer: 'answered', text, ...said };
    throw new TroupeError('USAGE', `Cannot ${answer} "${name}": it is a question; answer it with a text, or reject it`);
  }
  if (text !== undefined) {
    throw new TroupeError(
      'USAGE',
      `Cannot answer "${name}" with a text: it is no question; approve, reject or edit it`,
    );
  }
  if (answer === 'approve') return { answer: 'approved', ...said };
  if (args === undefined) {
    throw new TroupeError('USAGE', `Cannot edit "${name}": there are no arguments; give those it is to be made with`);
  }
  const wrong = problem(args);
  if (wrong === undefined) return { answer: 'edited', args, ...said };
  throw new TroupeError('TOOL_ARGUMENTS', `Cannot edit "${name}": ${wrong}; correct them, the call still waits`);
}
