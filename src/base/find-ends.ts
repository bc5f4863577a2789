import type { Ends, ToolResult } from '../protocol.ts';

/** What the results of a turn end, if anything. Of several, the end of a life comes first. */
export function findEnds(results: readonly (ToolResult | undefined)[]): Ends | undefined {
  let ends: Ends | undefined;
  for (const result of results) if (result?.ends !== undefined && ends?.what !== 'agent') ends = result.ends;
  return ends;
}
