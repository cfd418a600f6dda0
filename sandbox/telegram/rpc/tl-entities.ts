import type { TlObject } from '../wire/contract.ts';
import type { Entity } from '../world/model.ts';
import { int, long, text, tl } from './fields.ts';

/** The Bot API's entity types and their TL constructors, where they carry nothing but a place. */
const plain: Readonly<Record<string, string>> = {
  mention: 'messageEntityMention',
  hashtag: 'messageEntityHashtag',
  cashtag: 'messageEntityCashtag',
  bot_command: 'messageEntityBotCommand',
  url: 'messageEntityUrl',
  email: 'messageEntityEmail',
  phone_number: 'messageEntityPhone',
  bold: 'messageEntityBold',
  italic: 'messageEntityItalic',
  underline: 'messageEntityUnderline',
  strikethrough: 'messageEntityStrike',
  spoiler: 'messageEntitySpoiler',
  blockquote: 'messageEntityBlockquote',
  code: 'messageEntityCode',
};
const plainByTl = new Map(Object.entries(plain).map(([type, name]) => [name, type]));

export function tlEntities(entities: readonly Entity[] | undefined): TlObject[] | undefined {
  if (!entities?.length) return undefined;
  return entities.flatMap((entity) => {
    const place = { offset: entity.offset, length: entity.length };
    if (entity.type === 'pre') return tl('messageEntityPre', { ...place, language: entity.language ?? '' });
    if (entity.type === 'text_link') return tl('messageEntityTextUrl', { ...place, url: entity.url ?? '' });
    if (entity.type === 'text_mention' && entity.userId) {
      return tl('messageEntityMentionName', { ...place, user_id: BigInt(entity.userId) });
    }
    const name = plain[entity.type];
    return name ? tl(name, place) : [];
  });
}

export function entitiesOf(objects: readonly TlObject[]): Entity[] {
  return objects.flatMap((object): Entity[] => {
    const place = { offset: int(object, 'offset'), length: int(object, 'length') };
    if (object._ === 'messageEntityPre') return [{ type: 'pre', ...place, language: text(object, 'language') }];
    if (object._ === 'messageEntityTextUrl') return [{ type: 'text_link', ...place, url: text(object, 'url') }];
    if (object._ === 'messageEntityMentionName') {
      return [{ type: 'text_mention', ...place, userId: String(long(object, 'user_id')) }];
    }
    const type = plainByTl.get(object._);
    return type ? [{ type, ...place }] : [];
  });
}
