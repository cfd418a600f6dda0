import type { Clock } from './clock.ts';
import type { Digest } from './digest.ts';
import { addressOf, header, parameter } from './sip-message.ts';
import type { Flow } from './sip-network.ts';
import { type Incoming, newTag } from './user-agent.ts';

/** Where an account can be reached. */
export interface Binding {
  /** The Contact URI. */
  readonly uri: string;
  /** The way the REGISTER came: through it calls get back to the phone, whatever the Contact says. */
  readonly flow: Flow;
  readonly endsMs: number;
}

const defaultSeconds = 300;
const mostSeconds = 3600;
const mostBindings = 5;

/** Keeps who is where (RFC 3261 §10). */
export class Registrar {
  readonly #digest: Digest;
  readonly #clock: Clock;
  readonly #bindings = new Map<string, Binding[]>();

  constructor(digest: Digest, clock: Clock) {
    this.#digest = digest;
    this.#clock = clock;
  }

  /** The phone of the account that registered last. */
  find(user: string): Binding | undefined {
    return this.#current(user).at(-1);
  }

  register(incoming: Incoming): void {
    const { message } = incoming;
    const verdict = this.#digest.check('REGISTER', header(message, 'authorization'));
    if (typeof verdict === 'string') return this.#refuse(incoming, verdict);
    const user = addressOf(header(message, 'to'))?.user;
    if (user !== verdict.user) return incoming.respond(403, { tag: newTag() });
    const contacts = (message.headers.get('contact') ?? []).flatMap((line) => line.split(/,(?=\s*(?:"|<|sips?:|\*))/));
    for (const contact of contacts) this.#bind(user, contact.trim(), incoming);
    const headers = this.#current(user).map(({ uri, endsMs }) => {
      const seconds = Math.ceil((endsMs - this.#clock.now()) / 1000);
      return ['Contact', `<${uri}>;expires=${seconds}`] as const;
    });
    incoming.respond(200, { tag: newTag(), headers });
  }

  #refuse(incoming: Incoming, verdict: 'missing' | 'stale' | 'wrong'): void {
    if (verdict === 'wrong') return incoming.respond(403, { tag: newTag() });
    const challenge = this.#digest.challenge(verdict === 'stale');
    incoming.respond(401, { tag: newTag(), headers: [['WWW-Authenticate', challenge]] });
  }

  #bind(user: string, contact: string, { message, flow }: Incoming): void {
    const said = parameter(contact, 'expires') ?? header(message, 'expires');
    const seconds = /^\d{1,9}$/.test(said) ? Math.min(Number(said), mostSeconds) : defaultSeconds;
    const uri = addressOf(contact)?.uri;
    const others = contact === '*' ? [] : this.#current(user).filter((binding) => binding.uri !== uri);
    if (uri !== undefined && seconds > 0) others.push({ uri, flow, endsMs: this.#clock.now() + seconds * 1000 });
    this.#bindings.set(user, others.slice(-mostBindings));
  }

  #current(user: string): Binding[] {
    const now = this.#clock.now();
    return (this.#bindings.get(user) ?? []).filter(({ endsMs, flow }) => endsMs > now && flow.isOpen);
  }
}
