/** A part of memory that cannot be read. */
export interface Damage {
  /** Absent: it is not known whose it was. */
  readonly run?: string;
  readonly agent?: string;
  /** The number of the agent's batch, from 1. */
  readonly record?: number;
  /** Its state: `it is damaged, its checksum does not match`. */
  readonly problem: string;
}

/** What is damaged, for a message: `record 2 of agent "a/1" in run "r"`. */
export function describeDamage({ run, agent, record }: Damage): string {
  if (run === undefined) return 'a part of the data';
  if (agent === undefined) return `run "${run}"`;
  return record === undefined
    ? `agent "${agent}" in run "${run}"`
    : `record ${record} of agent "${agent}" in run "${run}"`;
}
