import { TroupeError } from '../base/errors.ts';
import { type Damage, openLmdbStore } from '../memory/lmdb.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import type { MemorySnapshot, RunRecord } from '../protocol.ts';
import { reloadScenario } from '../scenario/reload.ts';
import { createDamageList, type DamageList } from './damage-list.ts';
import { toDataOption } from './data-option.ts';
import { findRun } from './find-run.ts';
import { type PerformOptions, perform } from './perform.ts';

export interface ResumeOptions extends Omit<PerformOptions, 'set' | 'seed'> {
  /** The newest run, whatever it is called. */
  readonly last?: boolean;
  /** Go on with the scenario's file as it is now. */
  readonly acceptChanges?: boolean;
  /** Agents of which a record is damaged count as failed. Default: they are refused, and the run with them. */
  readonly withoutDamaged?: boolean;
}

/** An agent that cannot go on, since a part of it cannot be read. */
interface Lost {
  readonly agent: string;
  /** The last that can be read. */
  readonly snapshot: MemorySnapshot | undefined;
  readonly damages: readonly Damage[];
}

/** `troupe resume RUN`: goes on with a run that was stopped or killed. @returns The exit status. */
export async function resume(given: string | undefined, options: ResumeOptions): Promise<number> {
  const { record, lost } = await look(toName(given, options), options);
  const scenario = await reloadScenario(record, options.acceptChanges ?? false);
  if (lost.length > 0) await markFailed(record.id, lost, options.data);
  return (await perform(scenario, { ...options, set: [] }, { virtual: record.virtual, resume: record })).status;
}

function toName(given: string | undefined, { last, data }: ResumeOptions): string {
  if (given !== undefined && last) {
    throw new TroupeError('USAGE', `Cannot resume "${given}" with --last: name one of them`);
  }
  if (given === undefined && !last) {
    const list = `troupe runs${toDataOption(data)}`;
    throw new TroupeError('USAGE', `Cannot resume without a run: name one ("${list}" lists them), or use --last`);
  }
  return given ?? 'last';
}

/** @throws {TroupeError} `USAGE` if the run has ended, `STORE_FAILED` if agents are damaged that it needs. */
async function look(
  name: string,
  { data, withoutDamaged = false }: ResumeOptions,
): Promise<{ readonly record: RunRecord; readonly lost: readonly Lost[] }> {
  const damage = createDamageList();
  const store = await openLmdbStore(data, { readOnly: true, onDamage: damage.add });
  try {
    const record = await findRun(store, data, name, damage);
    if (record.status !== 'running' && record.status !== 'interrupted') {
      throw new TroupeError('USAGE', `Cannot resume run "${record.id}": it has ended as ${record.status}`);
    }
    const lost = await findLost(store, record.id, damage);
    if (lost.length > 0 && !withoutDamaged) {
      const told = damage.lines(lost.flatMap(({ damages }) => damages));
      throw new TroupeError(
        'STORE_FAILED',
        `Cannot resume run "${record.id}": agents of it are damaged\n${told.join('\n')}\n` +
          `"troupe resume ${record.id}${toDataOption(data)} --without-damaged" goes on without them; they count as failed`,
      );
    }
    return { record, lost };
  } finally {
    await store.close();
  }
}

/** Nobody needs what an agent that has ended did before. */
async function findLost(store: MemoryStore, run: string, damage: DamageList): Promise<Lost[]> {
  const snapshots = new Map((await store.snapshots(run)).map((snapshot) => [snapshot.agent, snapshot]));
  const byAgent = new Map<string, Damage[]>();
  for (const one of damage.all) {
    if (one.run !== run || one.agent === undefined) continue;
    byAgent.set(one.agent, [...(byAgent.get(one.agent) ?? []), one]);
  }
  return [...byAgent].flatMap(([agent, damages]) => {
    const snapshot = snapshots.get(agent);
    const hasEnded = snapshot !== undefined && snapshot.status !== 'running' && snapshot.status !== 'waiting';
    return hasEnded ? [] : [{ agent, snapshot, damages }];
  });
}

/** Their end becomes their last record, which is all that anybody reads of them from now on. */
async function markFailed(run: string, lost: readonly Lost[], data: string): Promise<void> {
  const store = await openLmdbStore(data);
  try {
    for (const { agent, snapshot, damages } of lost) {
      const { turn = 0, at = 0 } = snapshot ?? {};
      const [first] = damages;
      const error = {
        code: 'STORE_FAILED',
        message: `Cannot go on: record ${first?.record ?? ''} cannot be read, ${first?.problem}`,
      };
      const position = snapshot ?? { agent, turn, step: 0, taken: 0, answered: true, at };
      void store.append(run, agent, {
        journal: [{ type: 'ended', turn, at, status: 'failed', error }],
        transcript: [],
        snapshot: { ...position, status: 'failed', error },
      });
    }
  } finally {
    await store.close();
  }
}
