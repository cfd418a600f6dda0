import { describe, expect, test } from 'vitest';
import { parseHtml } from '../../../sandbox/telegram/botapi/html.ts';
import { parseMarkdown } from '../../../sandbox/telegram/botapi/markdown.ts';

describe('HTML', () => {
  test('tags become entities, nested ones too, with UTF-16 offsets', () => {
    expect(
      parseHtml('😀 <b>bold <i>both</i></b> &lt;&amp;&quot;&#33; <a href="https://a.test/?a&amp;b">link</a>'),
    ).toEqual({
      text: '😀 bold both <&"! link',
      entities: [
        { type: 'bold', offset: 3, length: 9 },
        { type: 'italic', offset: 8, length: 4 },
        { type: 'text_link', offset: 18, length: 4, url: 'https://a.test/?a&b' },
      ],
    });
    expect(parseHtml('<pre><code class="language-ts">x</code></pre><tg-spoiler>y</tg-spoiler>').entities).toEqual([
      { type: 'pre', offset: 0, length: 1, language: 'ts' },
      { type: 'spoiler', offset: 1, length: 1 },
    ]);
    expect(parseHtml('<a href="tg://user?id=42">U</a>').entities).toEqual([
      { type: 'text_mention', offset: 0, length: 1, userId: '42' },
    ]);
  });

  test.each([
    ['<b>x', 'Can\'t find end tag corresponding to start tag "b"'],
    ['ä<blink>x</blink>', 'Unsupported start tag "blink" at byte offset 2'],
    ['<b><i>x</b></i>', 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'],
    ['x</b>', 'Unexpected end tag at byte offset 1'],
    ['1 < 2', 'Unexpected end of tag at byte offset 2'],
  ])('%s is refused', (source, problem) => {
    expect(() => parseHtml(source)).toThrow(`can't parse entities: ${problem}`);
  });
});

describe('MarkdownV2', () => {
  test('marks become entities, escapes disappear', () => {
    expect(parseMarkdown('*b _i_* __u__ ~s~ ||p|| `c\\`` [l](https://a.test) 1\\.5')).toEqual({
      text: 'b i u s p c` l 1.5',
      entities: [
        { type: 'bold', offset: 0, length: 3 },
        { type: 'italic', offset: 2, length: 1 },
        { type: 'underline', offset: 4, length: 1 },
        { type: 'strikethrough', offset: 6, length: 1 },
        { type: 'spoiler', offset: 8, length: 1 },
        { type: 'code', offset: 10, length: 2 },
        { type: 'text_link', offset: 13, length: 1, url: 'https://a.test' },
      ],
    });
    expect(parseMarkdown('```ts\nlet x\n```')).toEqual({
      text: 'let x\n',
      entities: [{ type: 'pre', offset: 0, length: 6, language: 'ts' }],
    });
    expect(parseMarkdown('>quote *b*\nrest')).toEqual({
      text: 'quote b\nrest',
      entities: [
        { type: 'blockquote', offset: 0, length: 7 },
        { type: 'bold', offset: 6, length: 1 },
      ],
    });
  });

  test.each([
    ['1.5', "Character '.' is reserved and must be escaped with the preceding '\\'"],
    ['*x', "Can't find end of Bold entity at byte offset 0"],
    ['a `x', "Can't find end of Code entity at byte offset 2"],
  ])('%s is refused', (source, problem) => {
    expect(() => parseMarkdown(source)).toThrow(`can't parse entities: ${problem}`);
  });
});
