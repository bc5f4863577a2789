import { TroupeError, toErrorInfo } from '../base/errors.ts';
import type { InboxMessage } from '../monitor/talk-messages.ts';
import type { PersonAnswer, WaitingCallId } from '../protocol.ts';
import { connectMonitor } from './connect-monitor.ts';
import type { OpenInbox } from './open-inbox.ts';

/**
 * The calls that wait in a run under way, by the address of its monitor.
 *
 * @param options.isWritten Something will be answered: the address has to be one that may.
 * @throws {TroupeError} `USAGE` if it is no address, or the run cannot be answered by it; `MONITOR_UNAVAILABLE`.
 */
export async function openRunningInbox(
  address: string,
  { isWritten }: { readonly isWritten: boolean },
): Promise<OpenInbox> {
  const monitor = await connectMonitor(address);
  const { run, control } = monitor.welcome;
  try {
    if (isWritten && !(control && run.live)) {
      const why = run.live
        ? 'it may only be looked at; start troupe with --monitor-control and give the address that it prints'
        : 'the run is not under way';
      throw new TroupeError('USAGE', `Cannot answer by ${new URL(address).origin}: ${why}`);
    }
    const { at, waiting, total } = await monitor.ask<InboxMessage>({ type: 'get', topic: 'inbox' }, 'inbox');
    let left = total;
    return {
      ...{ run: run.id, scenario: run.scenario, status: run.status, at, waiting },
      get total() {
        return left;
      },
      async answer({ agent, callId }: WaitingCallId, answer: PersonAnswer) {
        const command = { type: 'approval.answer', agent, callId, ...answer } as const;
        try {
          await monitor.ask({ type: 'command', command }, 'answer');
          left--;
        } catch (error) {
          // Somebody else has answered it.
          if (toErrorInfo(error).code === 'APPROVAL_UNKNOWN') left--;
          throw error;
        }
      },
      close: monitor.close,
    };
  } catch (error) {
    await monitor.close();
    throw error;
  }
}
