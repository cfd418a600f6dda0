import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FluentTexts } from '../../../src/adapters/texts/texts.ts';
import type { CallerIdentity } from '../../../src/machines/model/party.ts';

const page = readFileSync(new URL('../../../docs/android-phone-book.md', import.meta.url), 'utf8');
const flow = new RegExp(/findAll\(text, "(.+?)"\)/.exec(page)?.[1]?.replaceAll('\\\\', '\\') ?? 'none', 'u');
const contract = new RegExp(/```\n(\^📞.+)\n```/.exec(page)?.[1] ?? 'none', 'u');

const caller = (identity: CallerIdentity) =>
  new FluentTexts().render({ kind: 'caller', caller: identity, lineName: 'Office' }, 'en').text;

test.each([
  [{ number: '+79261234567', name: 'Anna Petrova' }, '+79261234567'],
  [{ number: '100' }, '100'],
  [{ number: '100@pbx.example.org' }, undefined],
  [{ number: '1bob@pbx.example.org' }, undefined],
  [{ number: 'bob@pbx.example.org', name: 'Bob' }, undefined],
  [{ number: undefined }, undefined],
] as const)('the flow on the phone looks up what is a number: %o', (identity, number) => {
  expect(flow.exec(caller(identity))?.[1]).toBe(number);
});

test('an address is read whole by the expression of the contract', () => {
  const [, number, name] = contract.exec(caller({ number: '100@pbx.example.org', name: 'Bob' })) ?? [];
  expect([number, name]).toEqual(['100@pbx.example.org', 'Bob']);
});
