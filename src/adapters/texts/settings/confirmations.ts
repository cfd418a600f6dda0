import type { Screen } from '../../../machines/model/settings-screens.ts';
import { button, type ScreenRendering } from './rendering.ts';
import { brief } from './words.ts';

/** Questions before something is destroyed (product §3.2). */
export const confirmations: ScreenRendering<Extract<Screen, { kind: 'sure' | 'sure-template' }>> = {
  sure: ({ what, line, name, calls }, phrase) => ({
    text: [phrase(`sure-${what}`, { name: brief(name) }), ...(calls > 0 ? [phrase('sure-calls', { calls })] : [])].join(
      '\n',
    ),
    buttons: [
      [button(phrase('label-yes'), { do: what, line, sure: true }), button(phrase('label-no'), { do: 'line', line })],
    ],
  }),
  'sure-template': ({ line, template, name }, phrase) => ({
    text: phrase('sure-template', { template: brief(name) }),
    buttons: [
      [
        button(phrase('label-yes'), { do: 'template', line, template, sure: true }),
        button(phrase('label-no'), { do: 'templates', line }),
      ],
    ],
  }),
};
