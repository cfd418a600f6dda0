import { checkPrime } from 'node:crypto';
import { promisify } from 'node:util';
import { Api } from 'telegram/tl/index.js';
import type { TelegramLink } from './link.ts';

/** A checked Diffie-Hellman group. */
export interface DhGroup {
  readonly g: number;
  /** 256 bytes, big-endian. */
  readonly prime: Buffer;
}

/** Telegram handed out numbers a secret must not be exchanged with. */
export class UnsafeDhGroup extends Error {
  override readonly name = 'UnsafeDhGroup';
}

/** Keeps the group the server names; each call asks again, because the answer also brings fresh randomness. */
export class DhGroups {
  readonly #link: TelegramLink;
  #known: { readonly version: number; readonly group: DhGroup } | undefined;

  constructor(link: TelegramLink) {
    this.#link = link;
  }

  /** @throws UnsafeDhGroup, and what `invoke` throws */
  async fetch(timeoutMs: number): Promise<{ group: DhGroup; serverRandom: Buffer }> {
    const request = new Api.messages.GetDhConfig({ version: this.#known?.version ?? 0, randomLength: 256 });
    const config = await this.#link.invoke(request, timeoutMs);
    if (config instanceof Api.messages.DhConfig) {
      const same = this.#known?.group.g === config.g && this.#known.group.prime.equals(config.p);
      if (!same && !(await isSafeGroup(config.g, config.p))) throw new UnsafeDhGroup(`g = ${config.g}`);
      this.#known = { version: config.version, group: { g: config.g, prime: config.p } };
    }
    if (!this.#known) throw new UnsafeDhGroup('no group was ever given');
    return { group: this.#known.group, serverRandom: config.random };
  }
}

/** 2048-bit safe prime, and g generates the subgroup of order (p − 1) / 2. */
export async function isSafeGroup(g: number, prime: Buffer): Promise<boolean> {
  if (prime.equals(usualPrime) && [3, 4, 5, 7].includes(g)) return true;
  if (prime.length !== 256 || (prime[0] ?? 0) < 0x80) return false;
  const p = BigInt(`0x${prime.toString('hex')}`);
  const residues = goodResidues[g];
  if (!residues || !residues.of.includes(Number(p % BigInt(residues.modulus)))) return false;
  // Off the main thread; each test takes about 120 ms.
  return (await isPrime(p)) && (await isPrime((p - 1n) / 2n));
}

const isPrime = promisify<bigint, boolean>((candidate, done) => checkPrime(candidate, done));

const goodResidues: Readonly<Record<number, { readonly modulus: number; readonly of: readonly number[] }>> = {
  2: { modulus: 8, of: [7] },
  3: { modulus: 3, of: [2] },
  4: { modulus: 1, of: [0] },
  5: { modulus: 5, of: [1, 4] },
  6: { modulus: 24, of: [19, 23] },
  7: { modulus: 7, of: [3, 5, 6] },
};

/** The prime Telegram has used for years, as clients have it built in. */
const usualPrime = Buffer.from(
  [
    'c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f48198a0aa7c14058229493d22530f4db',
    'fa336f6e0ac925139543aed44cce7c3720fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f64',
    '2477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4a4a695811051907e162753b56b0f6b41',
    '0dba74d8a84b2a14b3144e0ef1284754fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4',
    'e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f0d8115f635b105ee2e4e15d04b2454bf',
    '6f4fadf034b10403119cd8e3b92fcc5b',
  ].join(''),
  'hex',
);
