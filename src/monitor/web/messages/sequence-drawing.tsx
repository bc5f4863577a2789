import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { toPress } from '../chart/press.ts';
import { formatClock, shorten } from '../format.ts';
import { toHref } from '../router.ts';
import { useFollowedEnd } from '../shell/use-followed-end.ts';
import { columns, toggleColumn } from './chosen-columns.ts';
import type { Sequence } from './merge-sequence.ts';
import { type SequenceRow, toSequenceRows } from './sequence-rows.ts';

const ROW_PX = 30;
const TOP_PX = 10;
/** For the times, on the left. */
const TIME_PX = 82;
const COLUMN_PX = { least: 130, most: 340 };
const TIP_PX = { length: 8, half: 4 };
/** How far an arrow to its own column reaches. */
const LOOP_PX = 34;
/** Of a small letter. */
const CHAR_PX = 6.4;

/** What was said between the columns, with time going down. A click on a message shows all of it, and marks its chain. */
export function SequenceDrawing({ sequence }: { readonly sequence: Sequence }) {
  const { frame, isFollowing } = useFollowedEnd<HTMLDivElement>(sequence);
  const widthPx = useSignal(800);
  const chosen = useSignal<SequenceRow['entry'] | undefined>(undefined);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const watcher = new ResizeObserver(() => {
      widthPx.value = element.clientWidth;
    });
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [frame, widthPx]);
  const names = columns.value;
  const free = (widthPx.value - TIME_PX) / Math.max(1, names.length);
  const columnPx = Math.min(COLUMN_PX.most, Math.max(COLUMN_PX.least, Math.floor(free)));
  const rows = toSequenceRows(sequence.messages, names);
  const size = { width: TIME_PX + columnPx * names.length, height: TOP_PX + rows.length * ROW_PX + 8 };
  const chain = chosen.value?.correlation;
  return (
    <>
      {chosen.value !== undefined && (
        <Whole
          entry={chosen.value}
          onClose={() => {
            chosen.value = undefined;
          }}
        />
      )}
      <div class="sequence-frame" ref={frame} data-testid="sequence">
        <div class="sequence-names" style={{ width: `${size.width}px`, paddingLeft: `${TIME_PX}px` }}>
          {names.map((name) => (
            <Name key={name} name={name} columnPx={columnPx} />
          ))}
        </div>
        <svg class="sequence" width={size.width} height={size.height}>
          <title>Messages in the order of their time</title>
          {names.map((name, index) => (
            <line key={name} class="life" x1={toX(index, columnPx)} x2={toX(index, columnPx)} y1={0} y2={size.height} />
          ))}
          {rows.map((row, index) => (
            <Row
              key={row.entry.id || index}
              row={row}
              y={TOP_PX + index * ROW_PX}
              columnPx={columnPx}
              isDim={chain !== undefined && row.entry.correlation !== chain}
              onPress={() => {
                isFollowing.value = false;
                chosen.value = row.entry;
              }}
            />
          ))}
        </svg>
      </div>
    </>
  );
}

function Name({ name, columnPx }: { readonly name: string; readonly columnPx: number }) {
  return (
    <span style={{ width: `${columnPx}px` }}>
      {name.includes('/') ? <a href={toHref({ view: 'agent', agent: name })}>{name}</a> : <b>{name}</b>}
      <button type="button" class="is-quiet" aria-label={`Take ${name} out`} onClick={() => toggleColumn(name)}>
        ×
      </button>
    </span>
  );
}

interface RowProps {
  readonly row: SequenceRow;
  readonly y: number;
  readonly columnPx: number;
  readonly isDim: boolean;
  readonly onPress: () => void;
}

function Row({ row, y, columnPx, isDim, onPress }: RowProps) {
  const { entry, from, to, time, who } = row;
  const [x1, x2] = [toX(from, columnPx), toX(to, columnPx)];
  const line = y + ROW_PX - 10;
  const spanPx = from === to ? columnPx : Math.abs(x2 - x1);
  const said = [who, entry.body].filter((part) => part !== '').join(': ');
  const start = from === to ? x1 + LOOP_PX + 6 : Math.min(x1, x2) + 8;
  return (
    <g
      class={`utterance is-${entry.kind}${isDim ? ' is-dim' : ''}`}
      {...toPress(`${entry.kind} from ${entry.from} to ${entry.to}: ${entry.body}`, onPress)}
    >
      <title>{`${entry.from} → ${entry.to}, ${entry.kind}, ${formatClock(entry.at)}\n${entry.body}`}</title>
      <rect class="reach" x={0} y={y - 2} width="100%" height={ROW_PX} />
      <text class="time" x={6} y={line + 3}>
        {time}
      </text>
      <path class="arrow" d={from === to ? toLoop(x1, line) : `M${x1} ${line}H${x2}`} />
      <path class="tip-path" d={toTip(x1, x2, line)} />
      <text x={start} y={from === to ? line + 3 : line - 5}>
        {shorten(said, Math.max(4, Math.floor((spanPx - 14 - (from === to ? LOOP_PX : 0)) / CHAR_PX)))}
      </text>
    </g>
  );
}

interface WholeProps {
  readonly entry: SequenceRow['entry'];
  readonly onClose: () => void;
}

/** All that is known of one message. */
function Whole({ entry, onClose }: WholeProps) {
  const { from, to, kind, at, body, correlation, causation } = entry;
  return (
    <section class="whole" aria-label="The message">
      <header>
        <b>{from}</b> → <b>{to}</b> <span class="badge">{kind}</span> <span class="mono muted">{formatClock(at)}</span>
        <button type="button" class="is-quiet" aria-label="Close" onClick={onClose}>
          ×
        </button>
      </header>
      <p class="text-block">{body === '' ? 'Nobody knows any more what it said.' : body}</p>
      {correlation !== '' && (
        <p class="muted">
          Its chain began with {correlation}
          {causation !== undefined && `; it follows from ${causation}`}
        </p>
      )}
    </section>
  );
}

function toX(column: number, columnPx: number): number {
  return TIME_PX + columnPx * (column + 0.5);
}

function toLoop(x: number, y: number): string {
  return `M${x} ${y - 8}H${x + LOOP_PX}V${y}H${x}`;
}

function toTip(x1: number, x2: number, y: number): string {
  const back = x2 > x1 ? -TIP_PX.length : TIP_PX.length;
  return `M${x2} ${y}l${back} ${-TIP_PX.half}v${2 * TIP_PX.half}z`;
}
