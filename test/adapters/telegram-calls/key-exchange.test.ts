import { generatePrimeSync, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isSafeGroup } from '../../../src/adapters/telegram/calls/dh-group.ts';
import { isGoodPublicValue, KeyExchange, sha256 } from '../../../src/adapters/telegram/calls/key-exchange.ts';
import { processorMs } from '../../support/processor-time.ts';
import { hex, vectors } from './vectors.ts';

const prime = hex(vectors.dh.p);

describe('key exchange with known answers', () => {
  test.each(vectors.dh.cases)('$name', (known) => {
    const group = { g: known.g, prime };
    const caller = new KeyExchange(group, hex(known.a));
    const callee = new KeyExchange(group, hex(known.b));
    expect(caller.publicValue).toEqual(hex(known.g_a));
    expect(callee.publicValue).toEqual(hex(known.g_b));
    expect(sha256(caller.publicValue)).toEqual(hex(known.g_a_hash));
    for (const key of [caller.keyWith(callee.publicValue), callee.keyWith(caller.publicValue)]) {
      expect(key?.bytes).toEqual(hex(known.key));
      expect(String(key?.fingerprint)).toBe(known.key_fingerprint);
    }
  });
});

test.each(vectors.dh.public_value_checks)('public value $name is accepted: $accept', ({ value, accept }) => {
  expect(isGoodPublicValue(hex(value), prime)).toBe(accept);
  const exchange = new KeyExchange({ g: 3, prime }, randomBytes(256));
  expect(exchange.keyWith(hex(value)) !== undefined).toBe(accept);
});

test('a public value without its leading zeros is as good as one with them', () => {
  const short = hex(vectors.dh.cases[3]?.g_a ?? '').subarray(1);
  expect(short.length).toBe(255);
  const exchange = new KeyExchange({ g: 3, prime }, hex(vectors.dh.cases[3]?.b ?? ''));
  expect(exchange.keyWith(short)?.bytes).toEqual(hex(vectors.dh.cases[3]?.key ?? ''));
});

test.each([Buffer.alloc(0), Buffer.alloc(257, 1)])('a public value of impossible length is refused', (value) => {
  expect(isGoodPublicValue(value, prime)).toBe(false);
});

test('two drawn secrets differ, and agree on a key', () => {
  const group = { g: 3, prime };
  const random = randomBytes(256);
  const one = KeyExchange.draw(group, random);
  const other = KeyExchange.draw(group, random);
  expect(one.publicValue).not.toEqual(other.publicValue);
  expect(one.keyWith(other.publicValue)?.bytes).toEqual(other.keyWith(one.publicValue)?.bytes);
});

test('a draw does not hold the main thread for long', () => {
  // 5 ms; createDiffieHellman would take 250.
  expect(processorMs(() => KeyExchange.draw({ g: 3, prime }, randomBytes(256)))).toBeLessThan(100);
});

describe('groups', () => {
  test('the usual prime is safe with its generators', async () => {
    expect(await Promise.all([3, 4, 5, 7].map((g) => isSafeGroup(g, prime)))).toEqual([true, true, true, true]);
  });

  test('another safe prime is tested and accepted', async () => {
    // RFC 3526 §3, group 14: p mod 8 = 7 and p mod 7 = 5.
    expect(await Promise.all([2, 7].map((g) => isSafeGroup(g, group14)))).toEqual([true, true]);
  });

  test('a prime that is not a safe one is refused', async () => {
    expect(await isSafeGroup(4, unsafePrime)).toBe(false);
  });

  test.each([
    ['a number that is not prime', Buffer.from(prime).fill(0x01, 100, 101)],
    ['a prime of another length', prime.subarray(1)],
    ['2047 bits', Buffer.concat([Buffer.of(0x47), prime.subarray(1)])],
    ['nothing', Buffer.alloc(0)],
  ])('%s is refused', async (_, candidate) => {
    expect(await Promise.all([2, 3, 4, 5, 6, 7].map((g) => isSafeGroup(g, candidate)))).not.toContain(true);
  });

  test.each([0, 1, 8, -1, 2])('generator %i is refused with the usual prime', async (g) => {
    expect(await isSafeGroup(g, prime)).toBe(false);
  });
});

const group14 = hex(
  [
    'ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd',
    'ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed',
    'ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f',
    '83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b',
    'e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa0510',
    '15728e5a8aacaa68ffffffffffffffff',
  ].join(''),
);

const unsafePrime = Buffer.from(generatePrimeSync(2048));
