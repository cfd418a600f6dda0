import { CallEntity } from '../../../src/db/entities/call.ts';
import { DeadlineEntity } from '../../../src/db/entities/deadline.ts';
import { PanelEntity } from '../../../src/db/entities/panel.ts';
import { RecordingEntity } from '../../../src/db/entities/recording.ts';
import { eventually } from '../../support/eventually.ts';
import { ownUdpPorts } from '../../support/own-udp-ports.ts';
import type { Stage } from '../../support/stage.ts';
import { audioPorts, unended } from './on-the-wire.ts';
import type { Scene } from './scene.ts';

type Findings = Readonly<Record<string, number | readonly unknown[]>>;

/** Waits until there is nothing of anything. @throws with all there is */
async function none(look: () => Findings | Promise<Findings>): Promise<void> {
  await eventually(
    async () => {
      const all = Object.entries(await look());
      const left = all.filter(([, found]) => (typeof found === 'number' ? found > 0 : found.length > 0));
      if (left.length > 0) throw new Error(`there is left: ${JSON.stringify(Object.fromEntries(left))}`);
    },
    { interval: 10 },
  );
}

/** What must be true of one Olga and her calls: at every moment, and afterwards. */
export class OfScene {
  readonly #scene: Scene;
  readonly #violations = new Set<string>();
  readonly #unwatch: (() => void)[];

  constructor(scene: Scene) {
    this.#scene = scene;
    const look = () => this.#look();
    this.#unwatch = [scene.line.watch(look), scene.stage.telegram.world.events.watch(look)];
  }

  /** Waits until nothing is left of any call. @throws with all that is left, or was wrong on the way */
  nothingIsLeft(): Promise<void> {
    return none(() => this.#left());
  }

  close(): void {
    for (const unwatch of this.#unwatch) unwatch();
  }

  #look(): void {
    const calls = unended(this.#scene.line.passed).length;
    if (calls > 2) this.#violations.add(`${calls} calls at once`);
    const answered = this.#voiceLegs().filter(({ state }) => state.name !== 'requested').length;
    if (answered > 1) this.#violations.add(`${answered} voice legs at once`);
  }

  /** As Telegram knows them. */
  #voiceLegs() {
    const { stage, olga } = this.#scene;
    return stage.telegram.world.calls.all().filter(({ state, adminId, participantId }) => {
      return state.name !== 'discarded' && (adminId === olga.id || participantId === olga.id);
    });
  }

  async #left(): Promise<Findings> {
    const { stage, line, olga, phone, tablet, pat, quinn } = this.#scene;
    const database = stage.storage.database.fork();
    const [recordsOpen, deadlines, recordings, panels] = await Promise.all([
      database.count(CallEntity, { userId: olga.id, endedAt: null }),
      database.count(DeadlineEntity, { address: `user/${olga.id}` }),
      database.count(RecordingEntity, { userId: olga.id }),
      database.find(PanelEntity, { userId: olga.id }),
    ]);
    const shown = olga.conversation(stage.chat).flatMap(({ buttons }) => buttons.flat());
    const stored = panels.flatMap(({ content }) => (content.buttons ?? []).flat().map(({ label }) => label));
    const rtpPorts = audioPorts(line.passed);
    return {
      ...{ recordsOpen, deadlines, recordings },
      voiceLegs: this.#voiceLegs().map(({ state }) => state.name),
      phones: [phone, tablet].flatMap(({ currentCalls }) => currentCalls.map(({ state }) => state)),
      legs: unended(line.passed),
      parties: [...pat.calls, ...quinn.calls],
      rtpPorts: ownUdpPorts().filter((port) => rtpPorts.has(port)),
      buttons: shown.filter((label) => buttonsOfCalls.has(label)),
      buttonsStored: stored.filter((label) => buttonsOfCalls.has(label)),
      violations: [...this.#violations],
    };
  }
}

/** Those that act on a call which runs. */
const buttonsOfCalls: ReadonlySet<string> = new Set([
  ...['1', '#', 'Cancel', 'End', 'Switch', 'Transfer', 'Decline', '🔄 Reconnect'],
]);

/** How long a softphone without calls stays, in the machines' time. */
const restMs = 10_000;

/** What must be true of the service when nobody is in a call. */
export class OfService {
  readonly #stage: Stage;
  readonly #complaints: readonly string[];
  readonly #atRest: Resources;

  /** To be made while nothing goes on. `complaints`: errors it has logged */
  constructor(stage: Stage, complaints: readonly string[]) {
    this.#stage = stage;
    this.#complaints = complaints;
    this.#atRest = resourcesOf(stage);
  }

  /** Waits until nothing is left of any call. @throws with all that is left */
  async nothingIsLeft(): Promise<void> {
    const { clock, service } = this.#stage;
    await none(() => ({
      ...service.sip.counters.open(),
      softphones: service.engaged,
      exceptions: service.sip.counters.totals()['exceptions'] ?? 0,
      complaints: this.#complaints,
    }));
    clock.increment(restMs);
    await none(() => {
      const { timers, udpSockets } = resourcesOf(this.#stage);
      return { timers: timers - this.#atRest.timers, udpSockets: udpSockets - this.#atRest.udpSockets };
    });
  }
}

interface Resources {
  readonly timers: number;
  readonly udpSockets: number;
}

const resourcesOf = ({ clock }: Stage): Resources => ({
  // XState keeps them to itself.
  timers: (Reflect.get(clock, 'timeouts') as Map<unknown, unknown>).size,
  udpSockets: ownUdpPorts().length,
});
