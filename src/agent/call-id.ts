/**
 * Names a call within its agent's life: `turn/call`. Chance is drawn by it, so a try after a failure has one of its own:
 * with the same chance it would fail again.
 *
 * @param failures Of the observation so far.
 */
export function toCallId(turn: number, call: number | 'model', failures: number): string {
  return failures === 0 ? `${turn}/${call}` : `${turn}/${call}/${failures + 1}`;
}
