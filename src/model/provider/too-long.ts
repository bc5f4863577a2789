import { ModelCallError } from '../model-call-error.ts';

/** The failure of an answer without end. @param bytes The most it may have. */
export function tooLong(model: string, bytes: number): ModelCallError {
  return new ModelCallError(
    'MODEL_ANSWER',
    `Cannot use the answer of model "${model}": it is longer than ${bytes} bytes`,
  );
}
