import { h } from './dom.js';

/** A text with its entities (UTF-16 offsets) as elements; nothing in it is ever read as HTML. */
export const richText = (text, entities = []) => {
  const edges = new Set([0, text.length]);
  for (const { offset, length } of entities) edges.add(offset).add(offset + length);
  const cuts = [...edges].filter((edge) => edge >= 0 && edge <= text.length).sort((a, b) => a - b);
  return cuts.slice(0, -1).map((from, index) => {
    const to = cuts[index + 1];
    const around = entities.filter(({ offset, length }) => offset <= from && offset + length >= to);
    return around.reduce((inner, entity) => wrap(inner, entity, text), document.createTextNode(text.slice(from, to)));
  });
};

const tags = {
  bold: 'strong',
  italic: 'em',
  underline: 'u',
  strikethrough: 's',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
};

const wrap = (inner, { type, offset, length, url }, text) => {
  const tag = tags[type];
  if (tag) return h(tag, {}, inner);
  if (type === 'text_link') return link(url, inner);
  if (type === 'url') return link(text.slice(offset, offset + length), inner);
  return inner;
};

/** Only to the web. */
const link = (address, inner) => {
  const href = /^https?:\/\//.test(address) ? address : undefined;
  return href ? h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, inner) : h('span', {}, inner);
};
