import type { RawData, WebSocket } from 'ws';
import type { ActorInspector } from '../../actors/ports/inspector.ts';
import { answerTo, type Question, questionOf } from './questions.ts';
import { foreignEvents } from './stately.ts';

interface Viewer {
  readonly socket: WebSocket;
  /** The actor that is shown, and how much of it has been. */
  watched: { readonly actor: string; since: number } | undefined;
  /** In the wire form of Stately's inspector; its actors and how many events of each it has. */
  foreign: Map<string, number> | undefined;
  /** Of this second. */
  asked: number;
  isBusy: boolean;
}

/** A view as it is sent, and how far it goes. */
interface Shown {
  readonly text: string;
  readonly count: number;
}

/** As fast as a person sees. */
const flushMs = 100;
const most = { questionsPerSecond: 40, waitingBytes: 4 << 20 } as const;

/**
 * Tells viewers what changed, ten times a second. What all of them see is made once, whatever their number; one that does
 * not read is cut off, and begins anew when it comes back.
 */
export class Feed {
  readonly #inspector: ActorInspector;
  readonly #failed: (error: unknown) => void;
  readonly #viewers = new Set<Viewer>();
  #timer: NodeJS.Timeout | undefined;
  #turns = 0;

  constructor(inspector: ActorInspector, failed: (error: unknown) => void) {
    this.#inspector = inspector;
    this.#failed = failed;
  }

  get size(): number {
    return this.#viewers.size;
  }

  add(socket: WebSocket): void {
    const viewer: Viewer = { socket, watched: undefined, foreign: undefined, asked: 0, isBusy: false };
    // Those who are there already hear first of what the new one is told at once.
    this.#flush();
    this.#viewers.add(viewer);
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#remove(viewer));
    socket.on('message', (data: RawData, isBinary: boolean) => this.#hear(viewer, isBinary ? undefined : data));
    this.#try(() => {
      const { host, version } = this.#inspector;
      say(viewer, { type: 'hello', host, version, now: Date.now(), actors: this.#inspector.actors() });
    });
    this.#timer ??= setInterval(() => this.#flush(), flushMs).unref();
  }

  close(): void {
    for (const { socket } of this.#viewers) socket.close(1001);
    for (const { socket } of this.#viewers) socket.terminate();
    this.#viewers.clear();
    clearInterval(this.#timer);
  }

  #remove(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #flush(): void {
    if (this.#viewers.size === 0) return;
    if (++this.#turns % (1_000 / flushMs) === 0) for (const viewer of this.#viewers) viewer.asked = 0;
    this.#try(() => {
      const { changed, gone } = this.#inspector.changes();
      const all = changed.length + gone.length > 0 ? JSON.stringify({ type: 'actors', changed, gone }) : undefined;
      const ids = new Set(changed.map(({ id }) => id));
      const views = new Map<string, Shown | undefined>();
      for (const viewer of this.#viewers) {
        if (all) say(viewer, all);
        if (viewer.watched && ids.has(viewer.watched.actor)) this.#show(viewer, viewer.watched, views);
        if (viewer.foreign) this.#tellForeign(viewer, viewer.foreign, ids, gone);
      }
    });
  }

  /** What goes wrong in looking on is no matter of those who are looked at. */
  #try(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#failed(error);
    }
  }

  #show(viewer: Viewer, watched: NonNullable<Viewer['watched']>, made = new Map<string, Shown | undefined>()): void {
    const key = `${watched.actor} ${watched.since}`;
    if (!made.has(key)) {
      const view = this.#inspector.view(watched.actor, watched.since);
      made.set(key, view && { text: JSON.stringify({ type: 'view', now: Date.now(), view }), count: view.actor.count });
    }
    const shown = made.get(key);
    if (!shown) return;
    watched.since = shown.count;
    say(viewer, shown.text);
  }

  #tellForeign(viewer: Viewer, known: Map<string, number>, ids: Iterable<string>, gone: readonly string[]): void {
    for (const id of ids) {
      const since = known.get(id);
      const actor = this.#inspector.foreign(id, since);
      if (!actor) continue;
      known.set(id, actor.summary.count);
      for (const event of foreignEvents(actor, since === undefined)) say(viewer, { type: 'stately', event });
    }
    for (const id of gone) known.delete(id);
  }

  #hear(viewer: Viewer, data: RawData | undefined): void {
    const question = data && questionOf(String(data as Buffer));
    if (!question || ++viewer.asked > most.questionsPerSecond) return viewer.socket.close(1008);
    if (question.type === 'watch') {
      const watched = { actor: question.actor, since: -1 };
      viewer.watched = watched;
      this.#try(() => this.#show(viewer, watched));
    } else if (question.type === 'unwatch') viewer.watched = undefined;
    else if (question.type === 'stately') {
      // All of them anew, as when Stately's page is loaded again: that counts for more than a question.
      viewer.asked += most.questionsPerSecond / 2;
      const foreign = new Map<string, number>();
      viewer.foreign = foreign;
      const ids = () => this.#inspector.actors().map(({ id }) => id);
      this.#try(() => this.#tellForeign(viewer, foreign, ids(), []));
    } else void this.#answer(viewer, question);
  }

  /** One at a time for each viewer. */
  async #answer(viewer: Viewer, question: Exclude<Question, { type: 'watch' | 'unwatch' | 'stately' }>): Promise<void> {
    if (viewer.isBusy) return say(viewer, { type: 'answer', id: question.id, refused: 'one at a time' });
    viewer.isBusy = true;
    try {
      const answer = await answerTo(this.#inspector, question);
      say(viewer, { type: 'answer', id: question.id, answer });
    } catch (error) {
      this.#failed(error);
      say(viewer, { type: 'answer', id: question.id, refused: 'it failed; the log says why' });
    } finally {
      viewer.isBusy = false;
    }
  }
}

function say({ socket }: Viewer, message: object | string): void {
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > most.waitingBytes) return socket.terminate();
  socket.send(typeof message === 'string' ? message : JSON.stringify(message));
}
