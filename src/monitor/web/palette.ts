import { computed } from '@preact/signals';
import { AGENT_STATES, type AgentState } from '../states.ts';
import { colourVersion } from './theme.ts';

/** The style sheet's colours as a canvas can use them. */
export interface Palette {
  readonly states: Readonly<Record<AgentState, string>>;
  /** Black or white, whichever reads better on the state's colour. */
  readonly onStates: Readonly<Record<AgentState, string>>;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly accent: string;
  readonly travel: string;
}

/** Read again when the theme changes. */
export const palette = computed<Palette>(() => {
  colourVersion.value;
  const probe = document.createElement('span');
  document.body.append(probe);
  const read = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const states = toRecord((state) => read(`--state-${state}`));
  const result: Palette = {
    states,
    onStates: toRecord((state) => (luminance(states[state]) > 0.18 ? '#0b0f14' : '#ffffff')),
    text: read('--text'),
    muted: read('--muted'),
    line: read('--line'),
    accent: read('--accent'),
    travel: read('--travel'),
  };
  probe.remove();
  return result;
});

function toRecord(value: (state: AgentState) => string): Record<AgentState, string> {
  return Object.fromEntries(AGENT_STATES.map((state) => [state, value(state)])) as Record<AgentState, string>;
}

/** Of `rgb(r, g, b)`, 0 to 1. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => {
    const share = Number(part) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
