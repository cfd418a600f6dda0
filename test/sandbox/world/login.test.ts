import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { Api, gramJs, trustServerKey } from '../wire/gramjs-client.ts';
import { mtcute } from '../wire/mtcute-client.ts';
import { endAfterTest, stage } from './stage.ts';

async function loginStage() {
  const scene = await stage();
  const { telegram, olga } = scene;
  trustServerKey(telegram.mtproto);
  const newGramJs = (session = '') => {
    const client = gramJs(telegram.mtproto, session);
    endAfterTest(() => client.destroy());
    return client;
  };
  const newMtcute = async () => {
    const client = await mtcute(telegram.mtproto);
    endAfterTest(() => client.destroy());
    return client;
  };
  /** Reads the code where a person reads it: in the conversation with Telegram. */
  const codeOf = async () => {
    const message = await olga.waitsFor(({ text }) => text.startsWith('Login code'));
    return /\d{5}/.exec(message.text)?.[0] ?? '';
  };
  return { ...scene, newGramJs, newMtcute, codeOf };
}

const phone = '+15550101';

describe('GramJS', () => {
  test('logs in with the code that Telegram sends, and again with the saved session', async () => {
    const { newGramJs, codeOf } = await loginStage();
    const client = newGramJs();
    await client.start({
      phoneNumber: phone,
      phoneCode: codeOf,
      onError: (error) => {
        throw error;
      },
    });
    expect(await client.getMe()).toMatchObject({ firstName: 'Olga', phone: '15550101' });
    const again = newGramJs(client.session.save() as unknown as string);
    await again.connect();
    expect(await again.isUserAuthorized()).toBe(true);
  });

  test('a wrong code is refused, an expired one too, and an unknown number has no account', async () => {
    const { newGramJs, telegram } = await loginStage();
    const client = newGramJs();
    await client.connect();
    const settings = new Api.CodeSettings({});
    const sendCode = (phoneNumber: string) =>
      client.invoke(new Api.auth.SendCode({ phoneNumber, apiId: 1, apiHash: 'hash', settings }));
    const signIn = (phoneNumber: string, phoneCodeHash: string, phoneCode: string) =>
      client.invoke(new Api.auth.SignIn({ phoneNumber, phoneCodeHash, phoneCode }));
    const sent = (await sendCode(phone)) as InstanceType<typeof Api.auth.SentCode>;
    await expect(signIn(phone, sent.phoneCodeHash, '0')).rejects.toMatchObject({ errorMessage: 'PHONE_CODE_INVALID' });
    await expect(signIn(phone, 'other', '0')).rejects.toMatchObject({ errorMessage: 'PHONE_CODE_EXPIRED' });
    await expect(sendCode('nonsense')).rejects.toMatchObject({ errorMessage: 'PHONE_NUMBER_INVALID' });
    const unknown = (await sendCode('+19990000')) as InstanceType<typeof Api.auth.SentCode>;
    const code = telegram.world.logins.codeFor('+19990000') ?? '';
    await expect(signIn('+19990000', unknown.phoneCodeHash, code)).rejects.toMatchObject({
      errorMessage: 'PHONE_NUMBER_UNOCCUPIED',
    });
    await expect(client.getMe()).rejects.toMatchObject({ errorMessage: 'AUTH_KEY_UNREGISTERED' });
  });

  test('needs the password where there is one: a wrong one is refused, the right one lets in', async () => {
    const { newGramJs, codeOf, telegram, olga } = await loginStage();
    telegram.world.directory.user(olga.id).password = 's3cret';
    const client = newGramJs();
    const offered = ['wrong', 's3cret'];
    const refused: string[] = [];
    await client.start({
      phoneNumber: phone,
      phoneCode: codeOf,
      password: async () => offered.shift() ?? '',
      onError: async (error) => {
        refused.push((error as unknown as { errorMessage: string }).errorMessage);
        return false;
      },
    });
    expect(refused).toEqual(['PASSWORD_HASH_INVALID']);
    expect(await client.getMe()).toMatchObject({ firstName: 'Olga' });
  });

  test('is let in by a person who scans its QR code', async () => {
    const { newGramJs, olga } = await loginStage();
    const client = newGramJs();
    await client.connect();
    const user = await client.signInUserWithQrCode(
      { apiId: 1, apiHash: 'hash' },
      {
        qrCode: async ({ token }) => olga.scansQr(token),
        onError: async (error) => {
          throw error;
        },
      },
    );
    expect(user).toMatchObject({ firstName: 'Olga' });
  });

  test('logs out, and is a stranger then', async () => {
    const { newGramJs, telegram, olga } = await loginStage();
    const client = newGramJs(telegram.sessionString(olga.id));
    await client.connect();
    expect(await client.isUserAuthorized()).toBe(true);
    await client.invoke(new Api.auth.LogOut());
    expect(await client.isUserAuthorized()).toBe(false);
  });
});

test('mtcute logs in with code and password, and by QR code', async () => {
  const { newMtcute, codeOf, telegram, olga, uwe } = await loginStage();
  telegram.world.directory.user(olga.id).password = 's3cret';
  const client = await newMtcute();
  const me = await client.start({ phone, code: codeOf, password: 's3cret' });
  expect(me.firstName).toBe('Olga');

  const other = await newMtcute();
  const scanned = await other.signInQr({
    onUrlUpdated: (url) => {
      const token = new URL(url).searchParams.get('token') ?? '';
      uwe.scansQr(Buffer.from(token, 'base64url'));
    },
  });
  expect(scanned.firstName).toBe('Uwe');
  await eventually(async () => expect((await other.getMe()).firstName).toBe('Uwe'));
});
