/** A part of memory that cannot be read. */
export interface Damage {
  /** Absent: it is not known whose it was. */
  readonly run?: string;
  readonly agent?: string;
  /** The number of the agent's batch, from 1; 0 for the record of what was trimmed of it. */
  readonly record?: number;
  /** True: it is a note, of the agent or, if that is the empty string, of all of them. */
  readonly isNote?: true;
  /** Its state: `it is damaged, its checksum does not match`. */
  readonly problem: string;
}

/** What is damaged, for a message: `record 2 of agent "a/1" in run "r"`. */
export function describeDamage({ run, agent, record, isNote }: Damage): string {
  if (run === undefined) return 'a part of the data';
  if (isNote) return `a note of ${agent ? `agent "${agent}"` : 'all agents'} in run "${run}"`;
  if (agent === undefined) return `run "${run}"`;
  return record === undefined
    ? `agent "${agent}" in run "${run}"`
    : `record ${record} of agent "${agent}" in run "${run}"`;
}
