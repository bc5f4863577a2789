import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { palette } from '../palette.ts';
import { navigate } from '../router.ts';
import { counts, fleetVersion, matcher, shownFleet } from '../store/fleet-store.ts';
import { agentNames, groups } from '../store/run-store.ts';
import { describeCounts } from './describe-counts.ts';
import { cursor } from './fleet-cursor.ts';
import { cellAt, layoutFleet, positionAt, type Step, stepFrom } from './fleet-layout.ts';
import { FleetPainter } from './fleet-painter.ts';
import { FleetTip } from './fleet-tip.tsx';

const STEPS: Readonly<Record<string, Step>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

/** Every agent as a cell. */
export function FleetCanvas() {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSignal({ width: 0, height: 0 });
  const hovered = useSignal<number | undefined>(undefined);
  const isFocused = useSignal(false);
  const layout = useComputed(() => layoutFleet(groups.value, size.value.width, size.value.height));
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      size.value = { width: element.clientWidth, height: element.clientHeight };
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [size]);
  usePainting(canvas, layout);
  const find = (event: MouseEvent) => positionAt(layout.peek(), event.offsetX, event.offsetY);
  return (
    <div class="fleet-frame" ref={frame}>
      <div class="fleet-sheet">
        <canvas
          ref={canvas}
          tabIndex={0}
          role="img"
          data-testid="fleet"
          aria-label={describeCounts(counts.value)}
          onFocus={() => {
            isFocused.value = true;
          }}
          onBlur={() => {
            isFocused.value = false;
          }}
          onMouseMove={(event) => {
            hovered.value = find(event);
          }}
          onMouseLeave={() => {
            hovered.value = undefined;
          }}
          onClick={(event) => open(find(event))}
          onKeyDown={(event) => {
            const step = STEPS[event.key];
            if (event.key === 'Enter') open(cursor.peek());
            else if (step !== undefined) {
              event.preventDefault();
              cursor.value = cursor.peek() === undefined ? 0 : stepFrom(layout.peek(), cursor.peek() ?? 0, step);
            }
          }}
        />
        <Labels layout={layout.value} />
        <Cursor layout={layout.value} />
        <FleetTip
          layout={layout.value}
          position={hovered.value ?? (isFocused.value ? cursor.value : undefined)}
          isHovered={hovered.value !== undefined}
        />
      </div>
    </div>
  );
}

function open(position: number | undefined): void {
  const agent = position === undefined ? undefined : agentNames.peek()[position];
  if (agent !== undefined) navigate({ view: 'agent', agent });
}

/** Draws at most once a frame, whatever changes. */
function usePainting(
  canvas: { readonly current: HTMLCanvasElement | null },
  layout: { readonly value: ReturnType<typeof layoutFleet> },
): void {
  const state = useMemo(() => ({ painter: undefined as FleetPainter | undefined, key: [] as unknown[] }), []);
  useSignalEffect(() => {
    fleetVersion.value;
    const key = [layout.value, palette.value];
    const { states } = shownFleet.value;
    const fits = matcher.value;
    const frame = requestAnimationFrame(() => {
      if (canvas.current === null) return;
      state.painter ??= new FleetPainter(canvas.current);
      if (key.some((part, index) => part !== state.key[index])) {
        state.painter.resize(layout.value, palette.value, states.length);
        state.key = key;
      }
      state.painter.paint(states, fits);
    });
    return () => cancelAnimationFrame(frame);
  });
}

function Labels({ layout }: { readonly layout: ReturnType<typeof layoutFleet> }) {
  return (
    <>
      {layout.boxes.map(({ name, count, x, y }) => (
        <span key={name} class="fleet-label" style={{ left: `${x}px`, top: `${y}px` }}>
          {name} <span class="muted">{count.toLocaleString('en-US')}</span>
        </span>
      ))}
    </>
  );
}

function Cursor({ layout }: { readonly layout: ReturnType<typeof layoutFleet> }) {
  const cell = cursor.value === undefined ? undefined : cellAt(layout, cursor.value);
  if (cell === undefined) return null;
  const side = `${layout.cell + 4}px`;
  return (
    <span class="fleet-cursor" style={{ left: `${cell.x - 2}px`, top: `${cell.y - 2}px`, width: side, height: side }} />
  );
}
