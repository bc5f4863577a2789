#!/usr/bin/env -S node --max-semi-space-size=16
import { Command, InvalidArgumentError, Option } from 'commander';
import { TroupeError } from '../base/errors.ts';
import { MONITOR_PORT } from '../base/monitor-limits.ts';
import { createSecretFilter } from '../base/secret-filter.ts';
import { toBytes } from '../base/size.ts';
import { LOG_LEVELS } from '../telemetry/log-level.ts';
import { toMonitorAddress } from './monitor-address.ts';
import { VERSION } from './version.ts';

/**
 * The command line. Each command's file is loaded when it is called, so that `--help` and short runs start fast.
 */
function createProgram(): Command {
  const program = new Command('troupe')
    .description('Run, rehearse and watch many LLM agents as actors on one event loop.')
    .version(VERSION)
    .showHelpAfterError('(troupe --help lists the commands)')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'troupe: ')) });

  withRunOptions(program.command('run'))
    .description('run a scenario live, on the real clock')
    .action(async (file, options) => finish((await import('./run.ts')).run(file, options)));
  withRunOptions(program.command('simulate'))
    .description('rehearse a scenario in virtual time; the same seed gives the same events, byte for byte')
    .option('--seeds <A..B>', 'rehearse once for each seed from A to B')
    .action(async (file, options) => finish((await import('./simulate.ts')).simulate(file, options)));
  withOutputOptions(withDataOptions(program.command('resume')))
    .description('go on with a run that was stopped or killed')
    .argument('[run]', 'a run id, the beginning of one, or "last"')
    .option('--last', 'the newest run')
    .option('--accept-changes', 'go on with the scenario file as it is now, although it has changed')
    .option('--without-damaged', 'leave out agents whose memory is damaged; they count as failed')
    .action(async (name, options) => finish((await import('./resume.ts')).resume(name, options)));
  program
    .command('validate')
    .description('check scenario files and say everything that is wrong with them')
    .argument('<files...>', 'scenario files, YAML or JSON')
    .option('--set <path=value>', 'override a scenario value; may be given several times', collect, [])
    .option('--json', 'one JSON object on standard output')
    .action(async (files, options) => finish((await import('./validate.ts')).validate(files, options)));
  program
    .command('chart')
    .description('draw the state machine of agents, or who talks to whom in a scenario')
    .argument('[file]', 'scenario file, YAML or JSON; default: a state machine')
    .addOption(new Option('--format <format>', 'how').choices(['mermaid', 'json', 'svg']).default('mermaid'))
    .addOption(new Option('--machine <name>', 'which; default: agent').choices(['agent', 'supervisor']))
    .option('--set <path=value>', 'override a scenario value; may be given several times', collect, [])
    .action(async (file, options) => finish((await import('./chart.ts')).chart(file, options)));
  withDataOptions(program.command('monitor'))
    .description('look at a stored run, or open the page of a running one')
    .argument('<run>', 'a run id, the beginning of one, "last", or the address that "troupe run" printed')
    .addOption(monitorOption())
    .option('--no-open', 'do not open a browser')
    .action(async (run, options) => finish((await import('./monitor.ts')).monitor(run, options)));
  addInbox(program);
  withDataOptions(program.command('runs'))
    .description('list the runs in the data directory, newest first')
    .option('--prune', 'remove runs beyond the limits, and make the data file smaller')
    .option('--keep-runs <n>', 'with --prune: so many stay, the newest', toCount)
    .option('--keep-days <n>', 'with --prune: those stay that began in so many days', toDays)
    .option('--keep-bytes <size>', 'with --prune: so much stays, such as 500MB or 2GB', toSize)
    .option('--scenario <name>', 'with --prune: only runs of this scenario')
    .option('--all', 'with --prune: also runs that could be resumed, and damaged ones')
    .option('--dry-run', 'with --prune: only say what would go')
    .action(async (options) => finish((await import('./runs.ts')).runs(options)));
  withDataOptions(program.command('show'))
    .description("show a run's results, or one agent's transcript and journal")
    .argument('<run>', 'a run id, the beginning of one, or "last"')
    .argument('[agent]', 'an agent address such as analyst/17')
    .action(async (run, agent, options) => finish((await import('./show.ts')).show(run, agent, options)));
  return program;
}

function addInbox(program: Command): void {
  withDataOptions(program.command('inbox'))
    .description('list the calls that wait for a person, and answer them')
    .argument(
      '<run>',
      'a run id, the beginning of one, "last", or the address that "troupe run --monitor-control" printed',
    )
    .option('--approve <calls...>', 'calls to be made: AGENT:CALL, the beginning of one, or "all"')
    .option('--reject <calls...>', 'calls not to be made')
    .option('--reason <text>', 'with --reject: why, for the model')
    .option('--edit <call>', 'a call to be made with other arguments')
    .option('--args <json>', 'with --edit: the arguments')
    .option('--answer <call-and-text...>', 'a question, and the answer to it')
    .option('--by <name>', 'who answers', 'terminal')
    .action(async (run, options) => finish((await import('./inbox.ts')).inbox(run, options)));
}

function withRunOptions(command: Command): Command {
  return withOutputOptions(withDataOptions(command))
    .argument('<file>', 'scenario file, YAML or JSON')
    .option('--record <file>', 'write every call of a model or a tool with its outcome, to be played again')
    .option('--replay <file>', 'answer every call of a model or a tool from such a file')
    .option('--seed <n>', 'the seed of all chance; default: the scenario’s', toSeed)
    .option('--set <path=value>', 'override a scenario value; may be given several times', collect, []);
}

function withOutputOptions(command: Command): Command {
  return command
    .option('--events <file>', 'write every event as a JSON line')
    .option('--out <file>', 'write every result as a JSON line, as they come')
    .option('--stream', 'tell the text that models write as it comes, as events')
    .addOption(monitorOption())
    .option('--monitor-control', 'whoever has the printed address may send commands, not only look')
    .option('--hold', 'keep the monitor after the end, until Ctrl-C')
    .addOption(new Option('--durability <how>', 'whether effects wait for the disk').choices(['async', 'sync']))
    .addOption(
      new Option('--on-unknown <what>', 'calls that may not be repeated and may have been made').choices([
        'retry',
        'report',
        'fail',
      ]),
    )
    .addOption(new Option('--log-level <level>', 'JSON log on standard error').choices(LOG_LEVELS).default('silent'));
}

function monitorOption(): Option {
  return new Option('--monitor <port>', 'where the monitor listens: PORT, HOST:PORT or "off"; a taken port: the next')
    .argParser(toMonitorAddress)
    .default({ port: MONITOR_PORT }, String(MONITOR_PORT));
}

function withDataOptions(command: Command): Command {
  return command
    .option('--data <dir>', 'data directory', '.troupe')
    .option('--json', 'one JSON object on standard output, everything else on standard error');
}

function toSeed(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('A seed is a whole number of 0 or more.');
  return Number(text);
}

function toCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number of 0 or more.');
  return Number(text);
}

function toDays(text: string): number {
  if (!/^\d{1,6}(\.\d{1,6})?$/.test(text)) throw new InvalidArgumentError('Expected a number of days.');
  return Number(text);
}

function toSize(text: string): number {
  const bytes = toBytes(text);
  if (bytes === undefined) throw new InvalidArgumentError('Expected a size such as 500MB or 2GB.');
  return bytes;
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/** Sets the exit status; the process ends when nothing is left to write. `process.exit` would cut LMDB off. */
async function finish(command: Promise<number>): Promise<void> {
  process.exitCode = await command;
}

async function main(): Promise<void> {
  // `| head` closes the pipe early: that is no fault of anybody's.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  try {
    await createProgram().parseAsync();
  } catch (error) {
    process.exitCode = fail(error);
  }
}

function fail(error: unknown): number {
  // Commander has printed its own message; help and version are no errors.
  if (isCommanderError(error)) return error.exitCode === 0 ? 0 : 2;
  const message = error instanceof Error ? error.message : String(error);
  const say = (text: string): unknown => process.stderr.write(`${createSecretFilter().text(text)}\n`);
  say(message);
  if (error instanceof TroupeError) return error.exitStatus;
  say('This is a fault in troupe itself. With TROUPE_TRACE=1 it shows where.');
  if (process.env.TROUPE_TRACE !== undefined && error instanceof Error) say(String(error.stack));
  return 1;
}

function isCommanderError(error: unknown): error is { exitCode: number } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.');
}

await main();
