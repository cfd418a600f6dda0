import { expect, test } from 'vitest';
import { AuthKeys } from '../../../sandbox/telegram/wire/auth-keys.ts';
import { KeyExchange } from '../../../sandbox/telegram/wire/key-exchange.ts';
import { ServerRsaKey } from '../../../sandbox/telegram/wire/server-rsa-key.ts';
import { decodeService, encodeService } from '../../../sandbox/telegram/wire/service-schema.ts';
import { TlDecodeError } from '../../../sandbox/telegram/wire/tl-bytes.ts';

const rsa = await ServerRsaKey.generate();
const nonce = Buffer.alloc(16, 7);

const begun = () => {
  const exchange = new KeyExchange(rsa, new AuthKeys(Date.now), Date.now);
  const offer = exchange.answer(encodeService({ _: 'req_pq_multi', nonce }));
  return { exchange, serverNonce: offer.subarray(20, 36) };
};
const dhRequest = (serverNonce: Buffer, changes: object = {}) =>
  encodeService({
    _: 'req_DH_params',
    nonce,
    server_nonce: serverNonce,
    p: Buffer.from('3b9aca07', 'hex'),
    q: Buffer.from('3b9aca09', 'hex'),
    public_key_fingerprint: rsa.fingerprint,
    encrypted_data: Buffer.alloc(256, 1),
    ...changes,
  });

test('the offer repeats the nonce and names the key by its fingerprint', () => {
  const { exchange, serverNonce } = begun();
  const offer = exchange.answer(encodeService({ _: 'req_pq', nonce }));
  expect(offer.subarray(4, 20)).toEqual(nonce);
  expect(offer.subarray(20, 36)).not.toEqual(serverNonce);
  expect(offer.readBigInt64LE(offer.length - 8)).toBe(rsa.fingerprint);
});

test.each([
  ['foreign nonces', {}, Buffer.alloc(16)],
  ['wrong factors', { p: Buffer.from([3]) }, undefined],
  ['data for another RSA key', { encrypted_data: Buffer.alloc(256, 0xff) }, undefined],
  ['data that is not padded as agreed', {}, undefined],
  ['data of the wrong size', { encrypted_data: Buffer.alloc(20) }, undefined],
])('%s end the exchange', (_, changes, foreign) => {
  const { exchange, serverNonce } = begun();
  expect(() => exchange.answer(dhRequest(foreign ?? serverNonce, changes))).toThrow(TlDecodeError);
});

test('no step can be left out', () => {
  const { exchange, serverNonce } = begun();
  const last = encodeService({
    _: 'set_client_DH_params',
    nonce,
    server_nonce: serverNonce,
    encrypted_data: Buffer.alloc(336),
  });
  expect(() => exchange.answer(last)).toThrow(TlDecodeError);
  const fresh = new KeyExchange(rsa, new AuthKeys(Date.now), Date.now);
  expect(() => fresh.answer(dhRequest(serverNonce))).toThrow(TlDecodeError);
  expect(() => fresh.answer(encodeService({ _: 'ping', ping_id: 1n }))).toThrow(TlDecodeError);
  expect(() => fresh.answer(Buffer.alloc(3))).toThrow(TlDecodeError);
});

test('a temporary key is forgotten when its time is over', () => {
  let nowMs = 0;
  const keys = new AuthKeys(() => nowMs);
  const key = keys.add(Buffer.alloc(256, 1), 0n, 1000);
  expect(keys.find(key.id)).toBe(key);
  nowMs = 1000;
  expect(keys.find(key.id)).toBeUndefined();
  expect(keys.all()).toEqual([]);
});

test('service messages are read as they are written', () => {
  const ping = { _: 'ping_delay_disconnect', ping_id: -1n, disconnect_delay: 75 };
  expect(decodeService(encodeService(ping))).toEqual(ping);
});
