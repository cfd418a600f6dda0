import { expect, test } from 'vitest';
import { readMessage } from '../../src/machines/model/numbers.ts';

const number = (user: string) => ({ kind: 'dial', target: { kind: 'number', user }, shown: user });
const uri = (uri: string, shown = uri) => ({ kind: 'dial', target: { kind: 'uri', uri }, shown });

test.each([
  ['200', number('200')],
  ['  8 (926) 123-45-67 ', number('8 (926) 123-45-67')],
  ['*21#', number('*21#')],
  ['1-800-FLOWERS', number('1-800-FLOWERS')],
  ['sip:bob@other.test', uri('sip:bob@other.test')],
  ['tel:+4930123', uri('tel:+4930123')],
  ['bob@other.test', uri('sip:bob@other.test', 'bob@other.test')],
  ['/call reception', number('reception')],
])('%s is dialled', (text, expected) => {
  expect(readMessage(text)).toEqual(expected);
});

test('a single word is asked about first', () => {
  expect(readMessage('reception')).toEqual({ kind: 'confirm', word: 'reception' });
});

test.each(['thanks!', 'спасибо', 'call me at 5 please!', '', '   ', 'hello there', '1'.repeat(129), '٤٢'])(
  '%j is no dial attempt',
  (text) => {
    expect(readMessage(text)).toEqual({ kind: 'notANumber' });
  },
);

test.each(['2<00', '200\n300', 'sip:bob@x.test;tag=1"', '/call a\r\nVia: x', '20\u00000'])(
  '%j is refused: it would break a header',
  (text) => {
    expect(readMessage(text)).toEqual({ kind: 'refused' });
  },
);
