import { describe, expect, test } from 'vitest';
import { TroupeError } from '../../../src/base/errors.ts';
import { describeFailure } from '../../../src/tools/net/describe-failure.ts';

const failure = (code: string) => Object.assign(new Error(`${code} 10.0.0.1 secret`), { code });

describe('describeFailure', () => {
  test.each([
    ['ENOTFOUND', 'its host name has no address'],
    ['EAI_AGAIN', 'its host name cannot be looked up at the moment'],
    ['ECONNREFUSED', 'the connection was refused'],
    ['UND_ERR_CONNECT_TIMEOUT', 'the server cannot be reached'],
    ['HPE_INVALID_EOF_STATE', 'the server closed the connection'],
    ['UND_ERR_SOCKET', 'the server closed the connection'],
    ['UND_ERR_HEADERS_OVERFLOW', 'the headers of the answer are too large'],
    ['HPE_INVALID_CONSTANT', 'the answer is not HTTP'],
    ['Z_DATA_ERROR', 'its compressed body is damaged'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the server cannot prove who it is, or speaks no TLS'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'the server cannot prove who it is, or speaks no TLS'],
    ['EMFILE', 'the request failed (EMFILE)'],
  ])('%s', (code, reason) => expect(describeFailure(failure(code))).toBe(reason));

  test('an error of ours speaks for itself, anything else says nothing', () => {
    expect(describeFailure(new TroupeError('TOOL_FAILED', 'it is so'))).toBe('it is so');
    expect(describeFailure(new TypeError('secret'))).toBe('the request failed (TypeError)');
    for (const thrown of [undefined, null, 'secret', {}]) {
      expect(describeFailure(thrown)).toBe('the request failed (undefined)');
    }
  });
});
