import type { Baresip } from '../../peers/baresip.ts';
import { eventually } from '../../support/eventually.ts';

/** Somebody with a telephone that is there for many calls, one at a time. */
export class Party {
  readonly number: string;
  readonly #telephone: Baresip;
  #from = 0;

  constructor(number: string, telephone: Baresip) {
    this.number = number;
    this.#telephone = telephone;
  }

  /** Of the calls he is in, as his own telephone knows it: what happened to it last. */
  get calls(): string[] {
    const last = new Map<unknown, string>();
    for (const { id, type } of this.#telephone.events) if (id !== undefined && isStep(type)) last.set(id, type);
    return [...last.values()].filter((type) => type !== 'CALL_CLOSED');
  }

  /** What happened before counts no more. */
  forget(): void {
    this.#from = this.#telephone.events.length;
  }

  happened(type: string): boolean {
    return this.#telephone.events.slice(this.#from).some((event) => event.type === type);
  }

  async until(type: string): Promise<void> {
    await eventually(() => this.#see(type), { interval: 2 });
  }

  dial(uri: string): Promise<void> {
    return this.#telephone.dial(uri);
  }

  answer(): Promise<void> {
    return this.#telephone.answer();
  }

  hangUp(): Promise<void> {
    return this.#telephone.hangUp();
  }

  #see(type: string): void {
    if (!this.happened(type)) throw new Error(`no ${type} at the telephone of ${this.number}`);
  }
}

/** Of baresip's events those that say how far a call has come. */
const isStep = (type: string): boolean =>
  ['CALL_INCOMING', 'CALL_RINGING', 'CALL_PROGRESS', 'CALL_ESTABLISHED', 'CALL_CLOSED'].includes(type);
