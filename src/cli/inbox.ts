import pc from 'picocolors';
import { TroupeError, toErrorInfo } from '../base/errors.ts';
import { toCallName } from '../people/to-record.ts';
import type { ErrorInfo, PersonAnswer, WaitingApproval } from '../protocol.ts';
import { chooseCall, chooseCalls, type NamedCall } from './choose-calls.ts';
import type { OpenInbox } from './open-inbox.ts';
import type { DataOptions } from './runs.ts';
import { type Column, cut, formatMs, formatNumber, toTable } from './table.ts';
import { toArguments } from './to-arguments.ts';
import { toDone } from './to-done.ts';
import { toWaitingText } from './waiting-calls.ts';

export interface InboxOptions extends DataOptions {
  /** Calls by their names or the beginnings of these, or `all`. */
  readonly approve?: readonly string[];
  readonly reject?: readonly string[];
  readonly reason?: string;
  readonly edit?: string;
  /** JSON; with `edit`. */
  readonly args?: string;
  /** A question and the answer to it. */
  readonly answer?: readonly string[];
  /** Who answers. */
  readonly by: string;
}

/** A call, and what is said to it. */
interface Said {
  readonly call: NamedCall;
  readonly answer: PersonAnswer;
}

/** What has become of an answer. */
interface Told extends Said {
  readonly error?: ErrorInfo;
}

/**
 * `troupe inbox RUN|URL`: the calls that wait for a person, or answers to them.
 *
 * @returns The exit status: 1 if one of them was not answered.
 */
export async function inbox(name: string, options: InboxOptions): Promise<number> {
  assertOptions(options);
  const isWritten = [options.approve, options.reject, options.edit, options.answer].some((one) => one !== undefined);
  const open = await openInbox(name, options, isWritten);
  try {
    if (!isWritten) list(open, options.json ?? false);
    const told = isWritten ? await answerAll(open, toAnswers(open.waiting, options)) : [];
    if (isWritten) report(open, told, options.json ?? false);
    return told.every(({ error }) => error === undefined) ? 0 : 1;
  } finally {
    await open.close();
  }
}

async function openInbox(name: string, { data }: InboxOptions, isWritten: boolean): Promise<OpenInbox> {
  if (/^https?:\/\//i.test(name)) {
    return (await import('./running-inbox.ts')).openRunningInbox(name, { isWritten });
  }
  return (await import('./stored-inbox.ts')).openStoredInbox(name, { data, isWritten });
}

/** @throws {TroupeError} `USAGE`. */
function assertOptions({ reason, reject, edit, args, answer, by }: InboxOptions): void {
  const refuse = (what: string): never => {
    throw new TroupeError('USAGE', what);
  };
  if (reason !== undefined && reject === undefined) refuse('Cannot use --reason without --reject');
  if (edit === undefined && args !== undefined) refuse('Cannot use --args without --edit CALL');
  if (edit !== undefined && args === undefined) refuse(`Cannot edit "${edit}": give its arguments with --args JSON`);
  if (answer !== undefined && answer.length !== 2) refuse('Cannot read --answer: expected a call and a text in quotes');
  if (by === '' || by === 'deadline' || by === 'simulated') refuse(`Cannot answer as "${by}": --by says who it is`);
}

/** @throws {TroupeError} `USAGE`, `APPROVAL_UNKNOWN`; nothing has been answered then. */
function toAnswers(waiting: readonly WaitingApproval[], options: InboxOptions): Said[] {
  const { approve = [], reject = [], reason, edit, args, answer: [asked, text] = [], by } = options;
  const why = reason === undefined ? {} : { reason };
  const said: Said[] = [
    // A question is not answered by approving of it.
    ...chooseCalls(toApprovals(waiting, approve), approve).map(
      (call): Said => ({ call, answer: { answer: 'approve', by } }),
    ),
    ...chooseCalls(waiting, reject).map((call): Said => ({ call, answer: { answer: 'reject', by, ...why } })),
  ];
  if (edit !== undefined) {
    said.push({ call: chooseCall(waiting, edit), answer: { answer: 'edit', args: toArguments(args ?? ''), by } });
  }
  if (asked !== undefined && text !== undefined) {
    said.push({ call: chooseCall(waiting, asked), answer: { answer: 'approve', text, by } });
  }
  const names = new Set<string>();
  const twice = said.find(({ call }) => names.size === names.add(toCallName(call)).size);
  if (twice === undefined) return said;
  throw new TroupeError('USAGE', `Cannot answer "${toCallName(twice.call)}" in two ways at once: choose one`);
}

function toApprovals(waiting: readonly WaitingApproval[], names: readonly string[]): readonly WaitingApproval[] {
  return names.includes('all') ? waiting.filter(({ kind }) => kind === 'approval') : waiting;
}

/** One after the other. One that is not taken keeps none of the others. */
async function answerAll(open: OpenInbox, all: readonly Said[]): Promise<Told[]> {
  const told: Told[] = [];
  for (const said of all) {
    const error = await open.answer(said.call, said.answer).then(() => undefined, toErrorInfo);
    told.push(error === undefined ? said : { ...said, error });
    // Nobody is there any more who could take the next one.
    if (error?.code === 'MONITOR_UNAVAILABLE' || error?.code === 'STORE_FAILED') break;
  }
  return told;
}

function report({ run, total: waiting, resume }: OpenInbox, told: readonly Told[], json: boolean): void {
  const answered = told.filter(({ error }) => error === undefined).length;
  if (json) {
    const answers = told.map(({ call: { agent, callId, tool }, answer, error }) => {
      const { answer: _, by, ...rest } = answer;
      return {
        agent,
        callId,
        ...(tool !== undefined && { tool }),
        answer: toDone(answer),
        by,
        ...rest,
        ...(error !== undefined && { error }),
      };
    });
    process.stdout.write(`${JSON.stringify({ run, answers, waiting })}\n`);
    return;
  }
  for (const { call, answer, error } of told) {
    const name = toCallName(call);
    if (error === undefined) process.stdout.write(`${name}  ${call.tool ?? ''}  ${toDone(answer)}\n`);
    else process.stderr.write(`${error.message}\n`);
  }
  if (told.length === 0) process.stdout.write('No such call waits for a person.\n');
  else if (waiting > 0) process.stdout.write(`${toWaitingText(waiting)}.\n`);
  if (answered > 0 && resume !== undefined) process.stdout.write(`Go on with: ${resume}\n`);
}

function list({ run, scenario, status, at, waiting, total, resume }: OpenInbox, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ run, scenario, status, at, waiting, total })}\n`);
    return;
  }
  const head = `${pc.bold(scenario)}  run ${run}  ${status}`;
  if (total === 0) {
    process.stdout.write(`${head}\nNo call waits for a person.\n`);
    return;
  }
  const rest = total > waiting.length ? [`and ${formatNumber(total - waiting.length)} more`] : [];
  const how =
    'Answer with --approve CALL...|all, --reject CALL... --reason TEXT, --edit CALL --args JSON, --answer CALL TEXT.';
  const lines = [
    head,
    ...toTable(toColumns(at), waiting),
    ...rest,
    how,
    ...(resume === undefined ? [] : [`Then go on with: ${resume}`]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function toColumns(at: number): readonly Column<WaitingApproval>[] {
  return [
    { heading: 'call', value: toCallName },
    { heading: 'tool', value: ({ tool }) => tool },
    { heading: 'arguments or question', value: toSubject, maxWidth: 100 },
    { heading: 'waits', value: ({ since }) => formatMs(Math.max(0, at - since)) },
    {
      heading: 'for at most',
      value: ({ deadlineAt }) => (deadlineAt === undefined ? '' : `another ${formatMs(Math.max(0, deadlineAt - at))}`),
    },
  ];
}

function toSubject({ question, args }: WaitingApproval): string {
  return cut(question ?? JSON.stringify(args), 100);
}
