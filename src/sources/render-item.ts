import { compileTemplate, toText } from '../base/template.ts';
import type { JsonObject, SourceSpec } from '../protocol.ts';
import type { SourceItem } from './source.ts';

/** What a source has found, before its templates are applied. */
export interface Found {
  /** The text where the source has no template for it. */
  readonly text: string;
  /** What templates see by its keys, and as `data`. Default: nothing. */
  readonly data?: JsonObject;
  /** Names that only templates see, before those of `data`. */
  readonly names?: JsonObject;
  /** What goes along with the item. Default `data`. */
  readonly sent?: JsonObject;
  /** Where the source has no template for them. */
  readonly user?: string;
  readonly session?: string;
  readonly id?: string;
  readonly trace?: string;
}

/**
 * Compiles what a source says of its items.
 *
 * @returns Makes the n-th item; undefined if its text is blank, since then there is nothing to observe. Throws
 * {TroupeError} `TEMPLATE` if that fails. `n`, `source`, `params` and `data` are always what they are for the source,
 * whatever keys the data has.
 * @throws {TroupeError} `TEMPLATE` if a template cannot be read.
 */
export function createRenderer(
  source: string,
  spec: SourceSpec,
  params: JsonObject,
): (found: Found, n: number) => SourceItem | undefined {
  const [text, user, session] = [spec.text, spec.user, spec.session].map((template) =>
    template === undefined ? undefined : compileTemplate(template),
  );
  return (found, n) => {
    const { data = {}, names, sent = found.data, id, trace } = found;
    const scope = { ...data, ...names, n, source, params, data };
    const said = text === undefined ? found.text : toText(text.value(scope));
    if (said.trim() === '') return undefined;
    const who = user === undefined ? found.user : user.text(scope);
    const where = session === undefined ? found.session : session.text(scope);
    return {
      text: said,
      ...(sent !== undefined && { data: sent }),
      ...(who !== undefined && who !== '' && { user: who }),
      ...(where !== undefined && where !== '' && { session: where }),
      ...(id !== undefined && { id }),
      ...(trace !== undefined && { trace }),
    };
  };
}
