import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { KEYS } from '../keyboard.ts';
import { sendCommand } from '../session.ts';
import { closeDialog, dialog, type OpenDialog } from './dialog-store.ts';
import { SendForm } from './send-form.tsx';

/** Whichever dialog is open. */
export function Dialogs() {
  const open = dialog.value;
  if (open === undefined) return null;
  if (open.kind === 'help') return <Help />;
  if (open.kind === 'send') {
    return (
      <Modal title="Send an observation">
        <SendForm />
      </Modal>
    );
  }
  return <Confirm {...open} />;
}

function Modal({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    element.current?.showModal();
  }, []);
  return (
    <dialog ref={element} class="dialog" aria-labelledby="dialog-title" onClose={closeDialog}>
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}

function Confirm({ title, text, action, command, done }: Extract<OpenDialog, { kind: 'confirm' }>) {
  const act = (): void => {
    sendCommand(command, done);
    closeDialog();
  };
  return (
    <Modal title={title}>
      <p>{text}</p>
      <div class="dialog-buttons">
        <button type="button" onClick={closeDialog}>
          Cancel
        </button>
        <button type="button" class="is-danger" onClick={act}>
          {action}
        </button>
      </div>
    </Modal>
  );
}

function Help() {
  return (
    <Modal title="Keys">
      <dl class="keys">
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div class="dialog-buttons">
        <button type="button" onClick={closeDialog}>
          Close
        </button>
      </div>
    </Modal>
  );
}
