import { notices, removeNotice } from '../store/notices.ts';

export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ id, kind, text }) => (
        <div key={id} class={`notice is-${kind}`}>
          <span>{text}</span>
          <button type="button" class="is-quiet" aria-label="Dismiss" onClick={() => removeNotice(id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
