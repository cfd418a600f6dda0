import type { Panel, Panels } from '../../actors/ports/conversation.ts';

/** Panels of calls are removed with them; this many left over are forgotten, the oldest first. */
const keptAtMost = 10_000;

/** Panels in memory: for one host, and for tests. */
export function memoryPanels(): Panels {
  const panels = new Map<string, Panel>();
  return {
    find: async (token) => panels.get(token),
    async add(panel) {
      panels.set(panel.token, panel);
      if (panels.size > keptAtMost) panels.delete(panels.keys().next().value as string);
    },
    async change(token, change) {
      const panel = panels.get(token);
      if (panel) panels.set(token, { ...panel, ...change });
    },
    remove: async (token) => void panels.delete(token),
  };
}
