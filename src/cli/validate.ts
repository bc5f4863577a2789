import pc from 'picocolors';
import { expandAgents } from '../scenario/expand.ts';
import { listUnchecked } from '../scenario/list-unchecked.ts';
import { loadScenario, type Problem, ScenarioError } from '../scenario/load.ts';
import { findProviderDoubts } from './provider-doubts.ts';

export interface ValidateOptions {
  readonly set: readonly string[];
  readonly json?: boolean;
}

interface Verdict {
  readonly file: string;
  readonly valid: boolean;
  readonly agents?: number;
  readonly problems: readonly Problem[];
  /** Of a valid one: what may be wrong all the same. */
  readonly notes?: readonly string[];
}

/** `troupe validate FILE...`: everything that is wrong, in all of them. @returns The exit status: 0 or 2. */
export async function validate(files: readonly string[], options: ValidateOptions): Promise<number> {
  const verdicts: Verdict[] = [];
  for (const file of files) verdicts.push(await check(file, options.set));
  if (options.json) process.stdout.write(`${JSON.stringify({ files: verdicts })}\n`);
  else process.stdout.write(verdicts.map(toText).join(''));
  return verdicts.every((verdict) => verdict.valid) ? 0 : 2;
}

async function check(file: string, set: readonly string[]): Promise<Verdict> {
  try {
    const scenario = await loadScenario(file, { set });
    const agents = await expandAgents(scenario);
    const unchecked = listUnchecked(scenario);
    const notes = [
      ...findProviderDoubts(scenario.models),
      ...(unchecked.length === 0 ? [] : [`not checked: ${unchecked.join('; ')}`]),
    ];
    return { file, valid: true, agents: agents.length, problems: [], notes };
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return { file, valid: false, problems: error.problems };
  }
}

function toText({ file, valid, agents, problems, notes = [] }: Verdict): string {
  if (valid) {
    return [`${pc.green('valid')}  ${file}  ${agents} agents`, ...notes.map((note) => `       ${note}`), ''].join('\n');
  }
  return `${pc.red('wrong')}  ${file}\n${new ScenarioError(problems).message}\n`;
}
