import type { RunEvent, Scenario } from '../protocol.ts';
import type { Run } from '../run.ts';
import { toDataOption } from './data-option.ts';
import type { Progress } from './progress.ts';
import { ANSWER_HELP, takeAnswers } from './terminal-answers.ts';
import { toWaitingText, WaitingCalls } from './waiting-calls.ts';

export interface PeopleWatchOptions {
  readonly data: string;
  /** Answers may be typed here. */
  readonly isTerminal: boolean;
  /** Of the monitor, with the right to answer. Undefined: it cannot be had there. */
  controlUrl(): string | undefined;
}

/** Calls may be answered where the run is: nobody else reads what is typed there. */
export function isAnswerTerminal({ sources }: Scenario): boolean {
  const isRead = Object.values(sources).some(({ kind }) => kind === 'stdin');
  return !isRead && process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * What a terminal does about calls of a live run that wait for a person: it says how they are answered when some begin to
 * wait and none did before, and takes answers that are typed.
 */
export class PeopleWatch {
  readonly #options: PeopleWatchOptions;
  readonly #waiting = new WaitingCalls();
  /** Undefined: nobody has had anything to answer. */
  #close: (() => void) | undefined;

  constructor(options: PeopleWatchOptions) {
    this.#options = options;
  }

  /** Calls that wait; after the end of the run, those that will when it goes on. */
  get size(): number {
    return this.#waiting.size;
  }

  /** As soon as it is known where the monitor is. */
  follow(run: Run, progress: Progress): void {
    for (const call of run.approvals()) this.#waiting.add(call);
    if (this.size > 0) this.#begin(run, progress);
    run.subscribe((event: RunEvent) => {
      const before = this.size;
      this.#waiting.onEvent(event);
      if (event.type === 'approval.requested' && before === 0) this.#begin(run, progress);
    });
  }

  /** Calls wait, and none did before. */
  #begin(run: Run, { say, type }: Progress): void {
    for (const line of this.#toHelp(run.id)) say(line);
    if (this.#close !== undefined || !this.#options.isTerminal) return;
    const interrupt = (): void => void process.kill(process.pid, 'SIGINT');
    this.#close = takeAnswers(run, { input: process.stdin, say, type, interrupt });
  }

  /** Takes no answers any more. Idempotent. */
  stop(): void {
    this.#close?.();
  }

  /** What to say of a run that was interrupted while calls waited. */
  lines(run: string): string[] {
    const waits = toWaitingText(this.size);
    return waits === undefined
      ? []
      : [`${waits}. See and answer: troupe inbox ${run}${toDataOption(this.#options.data)}`];
  }

  #toHelp(run: string): string[] {
    const { isTerminal, controlUrl, data } = this.#options;
    const url = controlUrl();
    if (url === undefined && !isTerminal) {
      const inbox = `troupe inbox ${run}${toDataOption(data)}`;
      return [`A call waits for a person. The run does what else there is to do and stops then; answer with: ${inbox}`];
    }
    return [
      `A call waits for a person.${url === undefined ? '' : ` Answer on the monitor, or with: troupe inbox '${url}'`}`,
      ...(isTerminal ? [`Answer here: ${ANSWER_HELP}`] : []),
    ];
  }
}
