/** Leaves this server, so it says so. */
export function StatelyLink() {
  return (
    <span class="stately">
      <a href="/stately" target="_blank" rel="noreferrer">
        Open in Stately's inspector
      </a>{' '}
      <span class="muted">sends data to stately.ai</span>
    </span>
  );
}
