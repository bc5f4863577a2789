import type { Json } from '../../../protocol.ts';
import { type FoldedCall, type FoldedTurn, longestCall } from '../fold/agent-fold.ts';
import { formatDuration, shorten } from '../format.ts';
import { JsonTree } from '../shell/json-tree.tsx';

interface TurnBarsProps {
  readonly turn: FoldedTurn;
  readonly start: number;
  readonly end: number;
}

/** The decision and the calls of a turn side by side on one axis of time. */
export function TurnBars({ turn, start, end }: TurnBarsProps) {
  const { decidedAt, decideMs, model } = turn;
  const asked = decidedAt === undefined ? start : decidedAt - (decideMs ?? 0);
  const decided = decidedAt ?? end;
  const longest = longestCall(turn);
  const span = Math.max(1, end - start);
  const place = (from: number, to: number) => ({
    left: `${((from - start) / span) * 100}%`,
    width: `${(Math.max(0, to - from) / span) * 100}%`,
  });
  return (
    <div class="bars">
      <div class="bar-line">
        <span class="bar-name" title={model}>
          decide
        </span>
        <span class="bar-track">
          <span class="bar-queue" style={place(start, asked)} />
          <span
            class={`bar-fill is-decide${decidedAt === undefined ? ' is-open' : ''}`}
            style={place(asked, decided)}
          />
        </span>
        <span class="bar-time">
          {formatDuration(decided - asked)}
          {asked - start > 5 && <span class="muted"> after {formatDuration(asked - start)} in line</span>}
        </span>
      </div>
      {turn.calls.map((call, index) => (
        <Call
          key={`${index} ${call.call.id}`}
          call={call}
          place={place(call.startedAt, call.finishedAt ?? end)}
          durationMs={(call.finishedAt ?? end) - call.startedAt}
          isLongest={call === longest && turn.calls.length > 1}
          deadline={toDeadline(call, start, span)}
        />
      ))}
    </div>
  );
}

interface CallProps {
  readonly call: FoldedCall;
  readonly place: { readonly left: string; readonly width: string };
  readonly durationMs: number;
  /** It is what the turn waited for. */
  readonly isLongest: boolean;
  /** Where on the axis the call's deadline is; undefined: beyond it. */
  readonly deadline: string | undefined;
}

function Call({ call, place, durationMs, isLongest, deadline }: CallProps) {
  const { call: asked, finishedAt, isError, content, timeoutMs } = call;
  const isOpen = finishedAt === undefined;
  const look = `bar-fill is-tool${isOpen ? ' is-open' : ''}${isError ? ' is-error' : ''}${isLongest ? ' is-longest' : ''}`;
  const args = JSON.stringify(asked.args);
  return (
    <details class="call">
      <summary class="bar-line">
        <span class="bar-name">{asked.name}</span>
        <span class="bar-track">
          <span class={look} style={place} title={isLongest ? 'The longest call of the turn' : undefined} />
          {deadline !== undefined && <span class="bar-deadline" style={{ left: deadline }} title="Deadline" />}
        </span>
        <span class="bar-time">
          {formatDuration(durationMs)}
          {isOpen && <span class="muted"> so far</span>}
          {isError && <span class="is-bad"> failed</span>}
          {timeoutMs !== undefined && <span class="muted"> of {formatDuration(timeoutMs)}</span>}
        </span>
        <span class={`bar-note${isError ? ' is-bad' : ' muted'}`}>
          {isError ? toProblem(content) : args === '{}' ? '' : shorten(args, 90)}
        </span>
      </summary>
      <div class="call-details">
        <JsonTree name="arguments" value={asked.args} isOpen />
        {content !== undefined && <JsonTree name="result" value={content} isOpen />}
      </div>
    </details>
  );
}

function toDeadline({ startedAt, timeoutMs }: FoldedCall, start: number, span: number): string | undefined {
  const share = timeoutMs === undefined ? 2 : (startedAt + timeoutMs - start) / span;
  return share > 1 ? undefined : `${share * 100}%`;
}

function toProblem(content: Json | undefined): string {
  const error = (content as { error?: unknown } | null | undefined)?.error;
  return shorten(typeof error === 'string' ? error : JSON.stringify(content ?? null), 160);
}
