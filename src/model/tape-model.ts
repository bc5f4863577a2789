import { ERROR_CODES, type ErrorCode, TroupeError, toErrorInfo } from '../base/errors.ts';
import { TAPE_CUT_SHORT_MS } from '../base/limits.ts';
import type { Tape, TapedDecision, TapeWriter } from '../base/tape.ts';
import { toThousandths } from '../base/to-thousandths.ts';
import type { Decision, ErrorInfo } from '../protocol.ts';
import type { Model, ModelContext } from './model.ts';

/**
 * A model whose calls are recorded, each with its decision, or the error that there was instead.
 *
 * @param model As the agents ask it, gate and all: what is recorded is what they get, after all waits and tries.
 */
export function createRecordingModel(model: Model, tape: TapeWriter): Model {
  return {
    name: model.name,
    async decide(request, context, onLimits) {
      const asked = tape.describe(request);
      const startedAt = context.clock.elapsed();
      const record = (outcome: TapedDecision, isCutShort = false): void => {
        const ms = toThousandths(context.clock.elapsed() - startedAt);
        const call = { model: model.name, agent: context.agent, call: context.callId, ms, request: asked, outcome };
        tape.model(isCutShort ? { ...call, cutShort: true } : call);
      };
      let decision: Decision;
      try {
        decision = await model.decide(request, context, onLimits);
      } catch (error) {
        const info = toErrorInfo(error);
        // A model's deadline stops its call too.
        record({ error: info }, context.isAborted && info.code !== 'MODEL_TIMEOUT');
        throw error;
      }
      record({ decision });
      return decision;
    },
    close: async () => model.close?.(),
  };
}

/**
 * A model that answers as another one did when it was recorded: after the same time on the run's clock, with the same
 * decision or the same error. It takes the place of a model with its gate, whose waits and tries that time holds.
 *
 * `decide` rejects with `REPLAY_MISSING` for a call that was not recorded, or was with another conversation, of which it
 * says where it differs; with the abort's reason as soon as the call is aborted.
 */
export function createReplayingModel(name: string, tape: Tape): Model {
  return {
    name,
    async decide(request, context) {
      const { ms, cutShort, outcome } = tape.findModelCall(request, context);
      await context.sleep(cutShort ? ms + TAPE_CUT_SHORT_MS : ms);
      if ('decision' in outcome) return outcome.decision;
      throw cutShort ? toCutShort(context, outcome.error) : toError(outcome.error);
    },
  };
}

function toCutShort({ agent, turn, callId }: ModelContext, { message }: ErrorInfo): TroupeError {
  const call = `model call "${callId}" of agent "${agent}" in turn ${turn}`;
  return new TroupeError('REPLAY_MISSING', `Cannot replay ${call}: it was cut short when it was recorded: ${message}`);
}

function toError({ code, message }: ErrorInfo): Error {
  return Object.hasOwn(ERROR_CODES, code) ? new TroupeError(code as ErrorCode, message) : new Error(message);
}
