import { toAgentView } from '../agent/agent-view.ts';
import type { Inspection } from '../agent/flat-logic.ts';
import { toErrorInfo } from '../base/errors.ts';
import { withoutKept } from '../base/without-kept.ts';
import type { InspectionStep } from '../protocol.ts';

/** Calls `listener` with each step of the agents it `watches`, instead of whoever looked on before. @returns Ends it. */
export function inspectAgents(
  inspection: Inspection,
  watches: (agent: string) => boolean,
  listener: (step: InspectionStep) => void,
): () => void {
  const onStep: Inspection['onStep'] = (actor, event, snapshot) => {
    try {
      if (!watches(actor.id)) return;
      const told = event.decision === undefined ? event : { ...event, decision: withoutKept(event.decision) };
      listener({ agent: actor.id, event: told, view: toAgentView(actor.sessionId, snapshot, actor.id) });
    } catch (error) {
      // Whoever looks on must not be able to end an agent.
      inspection.onStep = undefined;
      process.emitWarning(`An inspector threw and hears no more: ${toErrorInfo(error).message}`);
    }
  };
  inspection.onStep = onStep;
  return () => {
    if (inspection.onStep === onStep) inspection.onStep = undefined;
  };
}
