import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { TroupeError, toErrorInfo } from '../base/errors.ts';
import { toCallName } from '../people/to-record.ts';
import type { MonitorCommand, PersonAnswer, WaitingApproval } from '../protocol.ts';
import { chooseCall, chooseCalls, type NamedCall } from './choose-calls.ts';
import { cut } from './table.ts';
import { toArguments } from './to-arguments.ts';
import { toDone } from './to-done.ts';

/** What can be typed. */
export const ANSWER_HELP =
  'list | approve CALL...|all | reject CALL|all REASON | edit CALL {"argument": ...} | answer CALL TEXT';

/** Calls shown by `list`; the rest is counted. */
const LISTED = 20;

/** Where answers are typed, and what is said to whoever types. */
export interface AnswerTerminal {
  readonly input: NodeJS.ReadableStream;
  say(text: string): void;
  /** Shows the line as far as it is typed; undefined: nobody is typing any more. */
  type(line: string | undefined): void;
  /** Ctrl-C, which the terminal does not turn into a signal while a line is typed. */
  interrupt(): void;
}

/** The run that waits. */
export interface AnsweredRun {
  approvals(): readonly WaitingApproval[];
  send(command: MonitorCommand): number;
}

/**
 * Takes answers to calls that wait from a terminal, a line each, until it is closed.
 *
 * @returns Closes it, and gives the terminal back. Idempotent.
 */
export function takeAnswers(run: AnsweredRun, { input, say, type, interrupt }: AnswerTerminal): () => void {
  // What is typed is shown with everything else that is live, by `type`.
  const output = new Writable({ write: (_, __, done) => done() });
  const lines: Interface = createInterface({ input, output, terminal: true });
  // After the one that has changed the line.
  const show = (): void => type(lines.line);
  input.on('keypress', show);
  lines.on('line', (line) => {
    show();
    for (const text of answerLine(run, line.trim())) say(text);
  });
  lines.on('SIGINT', interrupt);
  lines.on('close', () => {
    input.off('keypress', show);
    type(undefined);
  });
  type('');
  return () => lines.close();
}

/**
 * Carries out one line.
 *
 * @returns What to say to whoever has typed it.
 */
export function answerLine(run: AnsweredRun, line: string): string[] {
  if (line === '') return [];
  const [verb = '', name = '', rest = ''] = split(line);
  try {
    switch (verb) {
      case 'list':
        return toList(run.approvals());
      case 'approve':
      case 'reject':
        return answerSome(run, verb, line);
      case 'edit':
        return [answerOne(run, name, { answer: 'edit', args: toArguments(rest) })];
      case 'answer':
        if (rest === '') throw new TroupeError('USAGE', `Cannot answer "${name}": there is no text`);
        return [answerOne(run, name, { answer: 'approve', text: rest })];
      default:
        return [`Cannot do ${JSON.stringify(cut(verb, 40))}: type ${ANSWER_HELP}`];
    }
  } catch (error) {
    return [toErrorInfo(error).message];
  }
}

/** A verb, a call and the rest. */
function split(line: string): string[] {
  const [, verb = '', name = '', rest = ''] = /^(\S+)(?:\s+(\S+))?\s*([\s\S]*)$/.exec(line) ?? [];
  return [verb, name, rest];
}

function answerSome(run: AnsweredRun, answer: 'approve' | 'reject', line: string): string[] {
  const [, name = '', rest = ''] = split(line);
  if (name === '') throw new TroupeError('USAGE', `Cannot ${answer} nothing: name a call, or "all"`);
  const names = answer === 'approve' ? [name, ...rest.split(/\s+/).filter((one) => one !== '')] : [name];
  const waiting = run.approvals();
  // A question is not answered by approving of it.
  const isFit = ({ kind }: WaitingApproval): boolean => kind === 'approval' || answer === 'reject';
  const chosen = names.includes('all') ? waiting.filter(isFit) : chooseCalls(waiting, names);
  if (chosen.length === 0) return ['No such call waits for a person.'];
  const reason = answer === 'reject' && rest !== '' ? { reason: rest } : {};
  return chosen.map((call) => answerCall(run, call, { answer, ...reason }));
}

function answerOne(run: AnsweredRun, name: string, answer: Omit<PersonAnswer, 'by'>): string {
  return answerCall(run, chooseCall(run.approvals(), name), answer);
}

function answerCall(run: AnsweredRun, call: NamedCall, answer: Omit<PersonAnswer, 'by'>): string {
  const { agent, callId, tool = '' } = call;
  try {
    run.send({ type: 'approval.answer', agent, callId, by: 'terminal', ...answer });
  } catch (error) {
    return toErrorInfo(error).message;
  }
  return `${toCallName(call)}  ${tool}  ${toDone(answer)}`;
}

function toList(waiting: readonly WaitingApproval[]): string[] {
  if (waiting.length === 0) return ['No call waits for a person.'];
  const lines = waiting
    .slice(0, LISTED)
    .map((call) => `${toCallName(call)}  ${call.tool}  ${cut(call.question ?? JSON.stringify(call.args), 120)}`);
  return waiting.length > LISTED ? [...lines, `and ${waiting.length - LISTED} more`] : lines;
}
