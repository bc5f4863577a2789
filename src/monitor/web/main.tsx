import { render } from 'preact';
import { App } from './app.tsx';
import { startKeyboard } from './keyboard.ts';
import { startSession } from './session.ts';
import { startClock } from './store/run-store.ts';
import { startPlayback } from './store/travel-store.ts';
import { startTheme } from './theme.ts';
import 'uplot/dist/uPlot.min.css';
import './styles/base.css';
import './styles/chips.css';
import './styles/shell.css';
import './styles/scrubber.css';
import './styles/dialog.css';
import './styles/fleet.css';
import './styles/limits.css';
import './styles/chart.css';
import './styles/agent.css';
import './styles/turns.css';
import './styles/transcript.css';
import './styles/timeline.css';
import './styles/log.css';

const root = document.getElementById('app');
if (root !== null) {
  startTheme();
  startSession();
  startClock();
  startPlayback();
  startKeyboard();
  render(<App />, root);
}
