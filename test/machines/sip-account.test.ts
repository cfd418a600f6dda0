import { beforeEach, expect, test } from 'vitest';
import { createActor, SimulatedClock } from 'xstate';
import type { Registrar } from '../../src/actors/ports/registrar.ts';
import { sipAccount } from '../../src/actors/sip-account.ts';
import { LineId } from '../../src/machines/model/ids.ts';
import { type Binding, RegistrarUnreachable, RegistrationRefused } from '../../src/machines/model/registration.ts';

const line = LineId('office');
const settled = () => new Promise((resolve) => setImmediate(resolve));
const minute = 60_000;

/** Answers each REGISTER as the test says, in turn; the last answer stays. */
class ScriptedRegistrar implements Registrar {
  attempts = 0;
  unbound = 0;
  losesTransport: () => void = () => {};
  answers: (Binding | Error)[] = [{ lifetimeMs: 100_000 }];

  async bind(): Promise<Binding> {
    this.attempts++;
    const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    if (answer instanceof Error) throw answer;
    return answer as Binding;
  }
  forget(): void {}
  async unbind(): Promise<void> {
    this.unbound++;
  }
  watch(_line: LineId, onTransportLost: () => void): () => void {
    this.losesTransport = onTransportLost;
    return () => {};
  }
}

let registrar: ScriptedRegistrar;
let clock: SimulatedClock;
let shown: string[];
let lifetimes: number[];
const enabled = async (...answers: (Binding | Error)[]) => {
  if (answers.length > 0) registrar.answers = answers;
  const machine = sipAccount(registrar, {
    show: (_, { state }) => shown.push(state),
    bound: (_, lifetimeMs) => lifetimes.push(lifetimeMs),
  });
  const account = createActor(machine, { input: { line, spread: 0 }, clock });
  account.start();
  account.send({ type: 'account.enable' });
  await settled();
  return account;
};
const after = async (ms: number) => {
  clock.increment(ms);
  await settled();
};

beforeEach(() => {
  registrar = new ScriptedRegistrar();
  clock = new SimulatedClock();
  shown = [];
  lifetimes = [];
});

test('a binding is refreshed at 80 % of its lifetime, without a gap in reachability', async () => {
  await enabled();
  await after(79_999);
  expect(registrar.attempts).toBe(1);
  await after(1);
  expect(registrar.attempts).toBe(2);
  expect(shown).toEqual(['registering', 'reachable']);
});

test('a binding of a few seconds is refreshed 5 s before its end', async () => {
  await enabled({ lifetimeMs: 12_000 });
  await after(7_000);
  expect(registrar.attempts).toBe(2);
});

test('an unreachable registrar is asked again after 5, 10, 20 … 300 s', async () => {
  await enabled(new RegistrarUnreachable('no answer'));
  for (const pause of [5, 10, 20, 40, 80, 160, 300, 300]) {
    const before = registrar.attempts;
    await after(pause * 1_000 - 1);
    expect(registrar.attempts).toBe(before);
    await after(1);
    expect(registrar.attempts).toBe(before + 1);
  }
});

test('a registrar that names a time is left alone until then', async () => {
  await enabled(new RegistrarUnreachable('503', { retryAfterMs: 120_000 }));
  await after(119_999);
  expect(registrar.attempts).toBe(1);
  await after(1);
  expect(registrar.attempts).toBe(2);
});

test('wrong credentials are not retried fast: 1, 5, 30 min', async () => {
  await enabled(new RegistrationRefused(403, 'Forbidden'));
  expect(shown.at(-1)).toBe('refused');
  for (const pause of [1, 5, 30, 30]) {
    const before = registrar.attempts;
    await after(pause * minute - 1);
    expect(registrar.attempts).toBe(before);
    await after(1);
    expect(registrar.attempts).toBe(before + 1);
  }
});

test('a lost flow is registered again at once', async () => {
  await enabled();
  registrar.losesTransport();
  await settled();
  expect(registrar.attempts).toBe(2);
});

test('a refresh that fails is judged like a first attempt', async () => {
  await enabled({ lifetimeMs: 100_000 }, new RegistrarUnreachable('gone'), new RegistrationRefused(404, 'Not Found'));
  await after(80_000);
  expect(shown).toEqual(['registering', 'reachable', 'registering', 'refused']);
});

test('our own bug is not retried', async () => {
  const account = await enabled(new TypeError('bug'));
  await after(3_600_000);
  expect(account.getSnapshot().value).toBe('faulted');
  expect(registrar.attempts).toBe(1);
});

test('switching off removes the binding', async () => {
  const account = await enabled();
  account.send({ type: 'account.disable' });
  await settled();
  expect(registrar.unbound).toBe(1);
  expect(shown.at(-1)).toBe('off');
  await after(3_600_000);
  expect(registrar.attempts).toBe(1);
});

test('the lifetime of each binding is told', async () => {
  await enabled({ lifetimeMs: 100_000 }, { lifetimeMs: 60_000 });
  expect(lifetimes).toEqual([100_000]);
  await after(80_000);
  expect(lifetimes).toEqual([100_000, 60_000]);
});

test('other settings are bound anew, when the old binding is gone', async () => {
  const account = await enabled();
  let unbound = () => {};
  registrar.unbind = () =>
    new Promise((resolve) => {
      registrar.unbound++;
      unbound = resolve;
    });
  account.send({ type: 'account.changed' });
  await settled();
  expect([registrar.unbound, registrar.attempts]).toEqual([1, 1]);
  expect(shown).toEqual(['registering', 'reachable', 'registering']);
  unbound();
  await settled();
  expect(registrar.attempts).toBe(2);
  expect(shown.at(-1)).toBe('reachable');
});

test('other settings end the pause after a refusal, and the next refusal is the first one', async () => {
  const account = await enabled(new RegistrationRefused(403, 'Forbidden'));
  await after(minute);
  account.send({ type: 'account.changed' });
  await settled();
  expect(registrar.attempts).toBe(3);
  await after(minute);
  expect(registrar.attempts).toBe(4);
});

test('a line that is switched off while its settings change stays off', async () => {
  const account = await enabled();
  account.send({ type: 'account.changed' });
  account.send({ type: 'account.disable' });
  await settled();
  expect(shown.at(-1)).toBe('off');
  await after(3_600_000);
  expect(registrar.attempts).toBe(1);
  account.send({ type: 'account.changed' });
  await settled();
  expect(registrar.attempts).toBe(1);
});

test('other settings may mend what our own bug made of the old ones', async () => {
  const account = await enabled(new TypeError('bug'), { lifetimeMs: 100_000 });
  account.send({ type: 'account.changed' });
  await settled();
  expect(shown.at(-1)).toBe('reachable');
});
