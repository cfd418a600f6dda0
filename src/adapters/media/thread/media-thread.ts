import { Worker } from 'node:worker_threads';
import type { Order, Questions, Report, ThreadOptions } from './messages.ts';

const readyMs = 20_000;
const answerMs = 10_000;

export interface ThreadListener {
  report(report: Report): void;
  /** The thread is gone, for whatever reason but `stop`; what its legs were is lost. */
  died(error: Error | undefined): void;
}

/** The main thread's end of one media thread. */
export class MediaThread {
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  #request = 0;
  #stopping = false;
  #exited: Promise<void>;

  constructor(options: ThreadOptions, listener: ThreadListener) {
    this.#worker = new Worker(new URL('../thread.ts', import.meta.url), { workerData: options });
    let failure: Error | undefined;
    this.ready = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the media thread does not start')), readyMs);
      this.#worker.on('message', (report: Report) => {
        if (report.type === 'ready') {
          clearTimeout(timer);
          resolve();
        } else if (report.type === 'answer' || report.type === 'refusal') this.#settle(report);
        else listener.report(report);
      });
      this.#worker.once('exit', () => {
        clearTimeout(timer);
        reject(failure ?? new Error('the media thread ended'));
      });
    });
    // Who does not await the start hears of its failure by `died`.
    this.ready.catch(() => {});
    this.#worker.on('error', (error: Error) => {
      failure = error;
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        for (const { reject } of this.#waiting.values()) reject(failure ?? new Error('the media thread ended'));
        this.#waiting.clear();
        if (!this.#stopping) listener.died(failure);
        resolve();
      });
    });
  }

  order(order: Order): void {
    this.#worker.postMessage(order);
  }

  /** @throws Error when the thread refuses, dies, or does not answer within 10 s */
  ask<Type extends keyof Questions>(type: Type, ask: Questions[Type]['ask']): Promise<Questions[Type]['answer']> {
    const request = ++this.#request;
    return new Promise<Questions[Type]['answer']>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(request);
        reject(new Error(`the media thread does not answer ${type}`));
      }, answerMs);
      this.#waiting.set(request, {
        resolve: (answer: Questions[Type]['answer']) => {
          clearTimeout(timer);
          resolve(answer);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.#worker.postMessage({ type, request, ...ask });
    });
  }

  /** Legs say goodbye to their peers; then the thread ends. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.order({ type: 'shutdown' });
    const timer = setTimeout(() => void this.#worker.terminate(), stopMs);
    await this.#exited;
    clearTimeout(timer);
  }

  /** Ends the thread as a crash would. */
  kill(): void {
    void this.#worker.terminate();
  }

  #settle(report: Extract<Report, { type: 'answer' | 'refusal' }>): void {
    const waiting = this.#waiting.get(report.request);
    this.#waiting.delete(report.request);
    if (report.type === 'answer') waiting?.resolve(report.answer as never);
    else waiting?.reject(new Error(report.detail));
  }
}

const stopMs = 2000;
