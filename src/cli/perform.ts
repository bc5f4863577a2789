import { TroupeError, toErrorInfo } from '../base/errors.ts';
import { loadEnv } from '../base/load-env.ts';
import { createSecretFilter } from '../base/secret-filter.ts';
import { History } from '../monitor/history/history.ts';
import type { Monitor } from '../monitor-run.ts';
import type { Durability, OnUnknown, RunEvent, RunSummary, Scenario } from '../protocol.ts';
import { type Run, type RunOptions, startRun } from '../run.ts';
import type { LogLevel } from '../telemetry/log-level.ts';
import { toRunResult } from '../telemetry/results.ts';
import { toDataOption } from './data-option.ts';
import { type JsonLines, openJsonLines } from './json-lines.ts';
import type { MonitorAddress } from './monitor-address.ts';
import { isAnswerTerminal, PeopleWatch } from './people-watch.ts';
import { createProgress, type Progress } from './progress.ts';
import { createReport } from './report.ts';
import { untilInterrupted } from './until-interrupted.ts';
import { VERSION } from './version.ts';
import { createWarnings } from './warnings.ts';

/** The options that every command that runs something has, as commander gives them. */
export interface PerformOptions {
  readonly data: string;
  readonly seed?: number;
  readonly set: readonly string[];
  readonly json?: boolean;
  readonly events?: string;
  readonly out?: string;
  readonly durability?: Durability;
  readonly onUnknown?: OnUnknown;
  readonly logLevel: LogLevel;
  /** Where the monitor listens. */
  readonly monitor: MonitorAddress | 'off';
  /** Who has the printed address may send commands too. */
  readonly monitorControl?: boolean;
  /** Every call of a model or a tool goes into this file, with its outcome; or comes from it. */
  readonly record?: string;
  readonly replay?: string;
  /** Text that models write is told as it comes, of all agents. */
  readonly stream?: boolean;
  /** The monitor stays after the end, until an interrupt, unless there has been one before. */
  readonly hold?: boolean;
}

/** Status 130: ended by an interrupt, as shells expect it. */
const INTERRUPTED = 130;

/**
 * Runs a scenario with everything a terminal needs around it: progress, files, monitor, interrupts, report.
 *
 * @returns The summary and the exit status: 0 done and expectations met, 1 not, 130 interrupted.
 */
export async function perform(
  scenario: Scenario,
  options: PerformOptions,
  how: Pick<RunOptions, 'virtual' | 'resume'> & { readonly quiet?: boolean },
): Promise<{ summary: RunSummary; status: number }> {
  assertMonitor(options);
  loadEnv(['.', scenario.folder]);
  const report = createReport(options.data);
  const listeners: ((event: RunEvent) => void)[] = [report.onEvent];
  const files = await openFiles(options, listeners);
  const progress = how.quiet ? undefined : await createProgress(scenario.name);
  if (progress !== undefined) listeners.push(createWarnings(progress.say));
  let watch: Watch | undefined;
  let monitor: Monitor | undefined;
  const isTerminal = progress !== undefined && how.virtual !== true && isAnswerTerminal(scenario);
  const people = new PeopleWatch({ data: options.data, isTerminal, controlUrl: () => monitor?.controlUrl });
  try {
    if (options.logLevel !== 'silent') {
      const { createEventLog } = await import('../telemetry/log.ts');
      listeners.push(createEventLog(options.logLevel));
    }
    const run = await startRun(scenario, {
      ...how,
      data: options.data,
      // Somebody may still send to agents that wait.
      keepOpen: options.monitorControl ?? false,
      staysForPeople: isTerminal,
      ...(options.seed !== undefined && { seed: options.seed }),
      ...(options.durability !== undefined && { durability: options.durability }),
      ...(options.onUnknown !== undefined && { onUnknown: options.onUnknown }),
      ...(options.record !== undefined && { record: options.record }),
      ...(options.replay !== undefined && { replay: options.replay }),
      onEvent: (event) => {
        for (const listener of listeners) listener(event);
      },
    });
    if (options.stream) run.watch(() => true);
    watch = watchProcess(run, progress);
    if (progress !== undefined) {
      monitor = await show(run, progress, options);
      await sayHowToPush(run, monitor, progress);
    }
    if (progress !== undefined && how.virtual !== true) people.follow(run, progress);
    const summary = await run.finished;
    people.stop();
    progress?.stop();
    if (!how.quiet) tell(report.lines(summary), summary, options, people.lines(summary.run));
    monitor?.finish(summary);
    // Before the watch ends, so that no interrupt falls in between.
    const held = monitor !== undefined && options.hold && !watch.isInterrupted ? hold(monitor) : undefined;
    watch.forget();
    await held;
    // Before what it reads is closed.
    await monitor?.close();
    await run.close();
    return { summary, status: toStatus(summary) };
  } finally {
    watch?.forget();
    people.stop();
    progress?.stop();
    await monitor?.close();
    // Last, so that a full disk costs these files and not the report.
    for (const file of files) await file.close();
  }
}

/** Progress on the terminal, and the monitor. A monitor that cannot be had is told, and costs nobody the run. */
async function show(run: Run, progress: Progress, options: PerformOptions): Promise<Monitor | undefined> {
  const { monitor: at, monitorControl: control } = options;
  // At once, since the first event comes in the next turn of the event loop.
  const history = new History(run.specs, run.ended);
  run.subscribe(history.append);
  progress.follow(history, run.models, () => run.approvals().length);
  if (at === 'off') return undefined;
  try {
    const { monitorRun } = await import('../monitor-run.ts');
    const monitor = await monitorRun(run, { ...at, version: VERSION, ...(control && { control }) }, history);
    progress.say(`Monitor: ${monitor.controlUrl ?? monitor.url}`);
    return monitor;
  } catch (error) {
    progress.say(`${toErrorInfo(error).message}. The run goes on without it.`);
    return undefined;
  }
}

/** Of a run into which something can be pushed. */
async function sayHowToPush(run: Run, monitor: Monitor | undefined, progress: Progress): Promise<void> {
  if (run.observations === undefined) return;
  const { toPushLines } = await import('./push-lines.ts');
  for (const line of toPushLines(run, monitor)) progress.say(line);
}

/** Until an interrupt. */
function hold(monitor: Monitor): Promise<void> {
  const interrupted = untilInterrupted();
  process.stderr.write(`The monitor stays: ${monitor.controlUrl ?? monitor.url}\nCtrl-C ends it.\n`);
  return interrupted;
}

/** @throws {TroupeError} `USAGE` if it asks for a monitor that is off. */
function assertMonitor({ monitor, hold, monitorControl }: PerformOptions): void {
  if (monitor !== 'off' || !(hold || monitorControl)) return;
  const option = hold ? '--hold' : '--monitor-control';
  throw new TroupeError('USAGE', `Cannot use ${option} with --monitor off: there is no monitor to keep or to command`);
}

async function openFiles(options: PerformOptions, listeners: ((event: RunEvent) => void)[]): Promise<JsonLines[]> {
  const files: JsonLines[] = [];
  if (options.events !== undefined) {
    const events = await openJsonLines(options.events);
    files.push(events);
    listeners.push(events.write);
  }
  if (options.out !== undefined) {
    const out = await openJsonLines(options.out);
    files.push(out);
    listeners.push((event) => {
      const result = toRunResult(event);
      if (result !== undefined) out.write(result);
    });
  }
  return files;
}

interface Watch {
  /** Somebody has asked for the end. */
  readonly isInterrupted: boolean;
  /** Ends the watch. Idempotent. */
  forget(): void;
}

/**
 * The first interrupt lets turns finish; the second ends the process as if nobody had listened. What a tool throws in a
 * callback of its own, where no call can catch it, is told and left alone: one bad tool must not end the others' run.
 */
function watchProcess(run: Run, progress: Progress | undefined): Watch {
  let asked = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (asked) {
      forget();
      process.kill(process.pid, signal);
      return;
    }
    asked = true;
    progress?.say('Interrupted: turns under way may finish, for at most 5 s. Again to leave at once.');
    run.send({ type: 'run.drain', reason: `${signal} received` });
  };
  const onStray = (thrown: unknown): void => {
    const message = createSecretFilter().text(toErrorInfo(thrown).message);
    progress?.say(`Thrown outside any call, and left alone: ${message}`);
  };
  const handlers = { SIGINT: onSignal, SIGTERM: onSignal, uncaughtException: onStray, unhandledRejection: onStray };
  const forget = (): void => {
    for (const [name, handler] of Object.entries(handlers)) process.off(name, handler);
  };
  for (const [name, handler] of Object.entries(handlers)) process.on(name, handler);
  return {
    get isInterrupted() {
      return asked;
    },
    forget,
  };
}

function tell(
  lines: readonly string[],
  summary: RunSummary,
  options: PerformOptions,
  waiting: readonly string[],
): void {
  const stream = options.json ? process.stderr : process.stdout;
  stream.write(`${lines.join('\n')}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  if (summary.status === 'interrupted') {
    if (waiting.length > 0) process.stderr.write(`${waiting.join('\n')}\n`);
    const command = `troupe resume ${summary.run}${toDataOption(options.data)}`;
    process.stderr.write(`Everything finished is kept. Go on with: ${command}\n`);
  }
}

function toStatus(summary: RunSummary): number {
  if (summary.error !== undefined) return 1;
  if (summary.status === 'interrupted') return INTERRUPTED;
  if (summary.expectations.some((expectation) => !expectation.pass)) return 1;
  // Agents that fail, or a run that stalls, may be the point of a scenario: it says so by an expectation on them.
  const judged = summary.expectations.some(({ expect }) => /\b(agents\.failed|status)\b/.test(expect));
  return judged || summary.status === 'done' ? 0 : 1;
}
