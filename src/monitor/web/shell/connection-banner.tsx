import { connectionState, welcome } from '../store/run-store.ts';

/** Says what to do while there is no connection. */
export function ConnectionBanner() {
  const state = connectionState.value;
  if (state === 'open') return null;
  const isEmpty = welcome.value === undefined;
  if (state === 'connecting') return isEmpty ? <p class="empty">Connecting…</p> : null;
  return (
    <div class={isEmpty ? 'empty' : 'banner'} role="alert">
      {state === 'refused' ? <Refused /> : <Lost isEmpty={isEmpty} />}
    </div>
  );
}

function Refused() {
  return (
    <>
      <strong>This browser is not let in.</strong>
      <span>Open the address that troupe printed in the terminal; it has the key in it.</span>
    </>
  );
}

function Lost({ isEmpty }: { readonly isEmpty: boolean }) {
  return (
    <>
      <strong>Disconnected.</strong>
      <span>
        {isEmpty ? 'The server does not answer.' : 'What you see is old.'} Trying again by itself; if troupe has ended,
        start it again with <code>--monitor</code>, or look at the stored run with <code>troupe monitor last</code>.
      </span>
    </>
  );
}
