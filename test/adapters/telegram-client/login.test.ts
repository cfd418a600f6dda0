import { Api } from 'telegram';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startTelegram } from '../../../sandbox/telegram/telegram.ts';
import { openTelegram } from '../../../src/adapters/telegram/client/account.ts';
import { type LoginOptions, login } from '../../../src/adapters/telegram/login/login.ts';
import type { Question } from '../../../src/adapters/telegram/login/steps.ts';
import { MemoryMailbox } from '../../fakes/memory-mailbox.ts';
import { proxyOf, silent } from './chat-account.ts';

const phone = '15550100';

async function scene(password?: string) {
  const sandbox = await startTelegram();
  onTestFinished(() => sandbox.close());
  const { id } = sandbox.addUser({ firstName: 'Telephone', phone, ...(password !== undefined && { password }) });
  const { fingerprint, modulus, exponent } = sandbox.rsa;
  const options = {
    apiId: 1,
    apiHash: 'hash',
    proxy: proxyOf(sandbox),
    rsaKeys: [{ fingerprint, n: modulus, e: exponent }],
    log: silent,
  };
  const asked: Question['kind'][] = [];
  const shown: string[] = [];
  const code = () => sandbox.world.logins.codeFor(phone) ?? '';
  const logsIn = (answers: Partial<Record<Question['kind'], () => string>>, more: Partial<LoginOptions> = {}) =>
    login({
      ...options,
      ask: async ({ kind }) => {
        asked.push(kind);
        return answers[kind]?.() ?? '';
      },
      show: (text) => shown.push(text),
      ...more,
    });
  const whoIs = async (session: string) => {
    const account = await openTelegram({ ...options, session, mailbox: new MemoryMailbox() });
    onTestFinished(() => account.close());
    await account.invoke(new Api.help.GetConfig());
    return account.selfId;
  };
  return { sandbox, id, asked, shown, code, logsIn, whoIs };
}

/** Gives one answer after the other. */
const oneAfterTheOther = (...answers: (() => string)[]) => {
  let given = 0;
  return () => answers[given++]?.() ?? '';
};

describe('the first login', () => {
  test('by phone number and code gives a session that opens the account', async () => {
    const { id, logsIn, whoIs, code, asked } = await scene();
    const session = await logsIn({ phone: () => '+1 555 0100', code });
    expect(asked).toEqual(['phone', 'code']);
    expect(await whoIs(session)).toBe(id);
  });

  test('lets a wrong code be typed again', async () => {
    const { id, logsIn, whoIs, code, asked, shown } = await scene();
    const session = await logsIn({ phone: () => phone, code: oneAfterTheOther(() => '00000', code) });
    expect(asked).toEqual(['phone', 'code', 'code']);
    expect(shown).toEqual(['That code is wrong.']);
    expect(await whoIs(session)).toBe(id);
  });

  test('ends after three wrong codes', async () => {
    const { logsIn, asked } = await scene();
    await expect(logsIn({ phone: () => phone, code: () => '00000' })).rejects.toMatchObject({
      name: 'LoginFailed',
      message: 'the code was wrong too often',
    });
    expect(asked).toEqual(['phone', 'code', 'code', 'code']);
  });

  test('with a second factor asks for the password, again when it is wrong', async () => {
    const { id, logsIn, whoIs, code, asked, shown } = await scene('correct horse');
    const password = oneAfterTheOther(
      () => 'wrong',
      () => 'correct horse',
    );
    const session = await logsIn({ phone: () => phone, code, password });
    expect(asked).toEqual(['phone', 'code', 'password', 'password']);
    expect(shown).toEqual(['That password is wrong.']);
    expect(await whoIs(session)).toBe(id);
  });

  test.each([undefined, 'correct horse'])('by QR works with another device (password: %s)', async (password) => {
    const { sandbox, id, logsIn, whoIs, asked } = await scene(password);
    const phoneInHand = sandbox.person(id);
    const show = (text: string) => {
      const token = /tg:\/\/login\?token=([\w-]+)/.exec(text)?.[1];
      if (token) phoneInHand.scansQr(Buffer.from(token, 'base64url'));
    };
    const session = await logsIn({ phone: () => '', password: () => password ?? '' }, { show });
    expect(asked).toEqual(password === undefined ? ['phone'] : ['phone', 'password']);
    expect(await whoIs(session)).toBe(id);
  });

  test('with something that is no phone number says so', async () => {
    const { logsIn } = await scene();
    await expect(logsIn({ phone: () => '12' })).rejects.toThrow('does not take this for a phone number');
  });

  test('says how long Telegram wants to rest', async () => {
    const { sandbox, logsIn } = await scene();
    sandbox.faults.wire.floodWait('auth.sendCode', 3_600);
    await expect(logsIn({ phone: () => phone })).rejects.toThrow('3600 s');
  });

  test('can be given up while a QR code waits', async () => {
    const { logsIn } = await scene();
    const giving = new AbortController();
    const loggingIn = logsIn({ phone: () => '' }, { show: () => giving.abort(), signal: giving.signal });
    await expect(loggingIn).rejects.toMatchObject({ name: 'LoginFailed' });
  });
});
