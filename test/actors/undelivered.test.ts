import { expect, test } from 'vitest';
import type { Delivery } from '../../src/actors/ports/recording-delivery.ts';
import { undelivered } from '../../src/actors/undelivered.ts';
import { FluentTexts } from '../../src/adapters/texts/texts.ts';
import { UserId } from '../../src/machines/model/ids.ts';

const delivery = { title: 'Pat', user: UserId('1'), owner: UserId('2') } as Delivery;
const told = (language: (user: UserId) => Promise<string>) =>
  undelivered({ texts: new FluentTexts(), users: { language } })(delivery, { kind: 'no-audio' });

test('the owner reads in his own language why a recording comes to him', async () => {
  expect(await told(async (user) => (user === delivery.owner ? 'ru' : 'es'))).toBe(
    'Pat\nНе удалось доставить запись: в этой переписке запрещены аудиофайлы',
  );
});

test('without the database he is told in English', async () => {
  expect(await told(() => Promise.reject(new Error('away')))).toBe(
    'Pat\nThe recording could not be delivered: audio files are forbidden in this conversation',
  );
});
