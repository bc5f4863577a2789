import { type Damage, describeDamage } from '../memory/lmdb/damage.ts';

/** Damages shown; the rest is counted. */
const SHOWN = 10;

/** What a command has found damaged, each once. */
export interface DamageList {
  readonly add: (damage: Damage) => void;
  readonly all: readonly Damage[];
  /** Of this agent, or of anything that is not known to be another's. */
  of(run: string, agent?: string): Damage[];
  /** For a person. */
  lines(damages?: readonly Damage[]): string[];
}

export function createDamageList(): DamageList {
  const all: Damage[] = [];
  const known = new Set<string>();
  return {
    all,
    add(damage) {
      const key = JSON.stringify([damage.run, damage.agent, damage.record, damage.problem]);
      if (known.has(key)) return;
      known.add(key);
      all.push(damage);
    },
    of: (run, agent) =>
      all.filter(
        (damage) =>
          (damage.run === undefined || damage.run === run) &&
          (agent === undefined || damage.agent === undefined || damage.agent === agent),
      ),
    lines: (damages = all) => [
      ...damages.slice(0, SHOWN).map((damage) => `Cannot read ${describeDamage(damage)}: ${damage.problem}`),
      ...(damages.length > SHOWN ? [`and ${damages.length - SHOWN} more`] : []),
    ],
  };
}
