import { StateDot } from '../shell/state-dot.tsx';
import { fleetVersion, shownFleet } from '../store/fleet-store.ts';
import { agentNames } from '../store/run-store.ts';
import { cellAt, type FleetLayout } from './fleet-layout.ts';

interface FleetTipProps {
  readonly layout: FleetLayout;
  readonly position: number | undefined;
  readonly isHovered: boolean;
}

/** Who the cell is, beside it; read out when it is the cursor's. */
export function FleetTip({ layout, position, isHovered }: FleetTipProps) {
  fleetVersion.value;
  const cell = position === undefined ? undefined : cellAt(layout, position);
  if (position === undefined || cell === undefined) return null;
  const state = shownFleet.value.stateOf(position);
  const isRight = cell.x > layout.width - 190;
  const place = {
    left: isRight ? 'auto' : `${cell.x + layout.cell + 6}px`,
    right: isRight ? `${layout.width - cell.x + 6}px` : 'auto',
    top: `${Math.max(0, cell.y - 6)}px`,
  };
  return (
    <div class="tip" style={place} role={isHovered ? 'tooltip' : 'status'}>
      <b>{agentNames.value[position]}</b>
      <span>
        <StateDot state={state} /> {state}
      </span>
    </div>
  );
}
