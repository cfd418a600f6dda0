import { SimulatedClock } from 'xstate';
import { CallJournal, type EndedCall } from '../../src/actors/call-journal.ts';
import { CallNotices } from '../../src/actors/call-notices.ts';
import { Dialling } from '../../src/actors/dialling.ts';
import { DtmfSender } from '../../src/actors/dtmf-sender.ts';
import type { Inspection } from '../../src/actors/inspection/hub.ts';
import { LineActors } from '../../src/actors/lines.ts';
import type { CallRecord } from '../../src/actors/ports/call-log.ts';
import {
  type Conversation,
  type IncomingMessage,
  MessageNotSent,
  type Press,
} from '../../src/actors/ports/conversation.ts';
import type { Line } from '../../src/actors/ports/lines.ts';
import { Reception } from '../../src/actors/reception.ts';
import { Softphones } from '../../src/actors/softphones.ts';
import { Switchboard } from '../../src/actors/switchboard.ts';
import { dialRules } from '../../src/adapters/dial-rules/dial-rules.ts';
import { type CallId, EpochMs, LineId, UserId } from '../../src/machines/model/ids.ts';
import { PlayedNetworks } from '../fakes/networks.ts';
import { PlayedRecorder } from '../fakes/recorder.ts';

export const olga = UserId('1');
export const office: Line = {
  id: LineId('office'),
  name: 'Office',
  owner: olga,
  user: olga,
  enabled: true,
  carrier: 'main',
  revision: 0,
  dialRules: '',
  dtmfMethods: ['rfc2833'],
  recording: false,
  recordingStereo: false,
  recordingsChat: undefined,
  quietHours: undefined,
};

/** Everything between the ports, with both networks, the chat and the database played by the test. */
/** `inspection`: what watches its machines. */
export function openHouse({ inspection }: { readonly inspection?: Inspection } = {}) {
  const seen = inspection && { inspection };
  const nets = new PlayedNetworks();
  const clock = new SimulatedClock();
  const recorder = new PlayedRecorder();
  const charged: EndedCall[] = [];
  const said: string[] = [];
  const removed: number[] = [];
  const faults: unknown[] = [];
  const records = new Map<CallId, CallRecord>();
  const wall = { at: 1_000_000, now: () => EpochMs(wall.at) };
  const database = { broken: false };
  /** `isStuck`: messages cannot be deleted. */
  const chat = { isStuck: false };
  const settings = { broken: false };
  const failedRecordings: string[] = [];
  let nextId = 0;
  const presses = new Map<string, Press>();
  let hear: (message: IncomingMessage) => void | Promise<void> = () => {};
  let feel: (press: Press) => void | Promise<void> = () => {};
  const check = () => {
    if (database.broken) throw new Error('the database is away');
  };

  const conversation: Conversation = {
    onMessage: (listener) => {
      hear = listener;
      return () => {};
    },
    onPress: (listener) => {
      feel = listener;
      return () => {};
    },
    say: async (userId, text) => ({ userId, messageId: said.push(text) }),
    sayWithButtons: async (userId, { text }) => ({ userId, messageId: said.push(text) }),
    edit: async (ref, { text }) => {
      said.push(text);
      return ref;
    },
    remove: async ({ messageId }) => {
      if (chat.isStuck) throw new MessageNotSent('unreachable');
      removed.push(messageId);
    },
  };
  const known: Line[] = [office];
  const lines = {
    enabled: async () => known,
    ofUser: async (user: UserId) => {
      check();
      return known.filter((line) => line.user === user);
    },
    find: async (line: LineId) => {
      check();
      return known.find(({ id }) => id === line);
    },
  };
  const users = {
    settings: async () => {
      if (settings.broken) throw new Error('the database is away');
      return { callback: true };
    },
    setCallback: async () => {},
    language: async () => undefined,
    noteTelegramLanguage: async () => {},
  };
  const callLog = {
    opened: async (record: Omit<CallRecord, 'answeredAt' | 'endedAt' | 'cause'>) =>
      void records.set(record.call, { ...record, answeredAt: undefined, endedAt: undefined, cause: undefined }),
    answered: async () => {},
    ended: async () => {},
    find: async (call: CallId) => records.get(call),
    lastMissed: async () => undefined,
  };
  const texts = {
    render: (notice: { kind: string; says?: string }) => ({ text: notice.says ?? notice.kind }),
  };
  const plans = {
    planOf: async () => ({
      name: 'full',
      callSwitching: true,
      recording: true,
      fragmentMs: 15_000,
      assignment: true,
      paidWorkers: true,
    }),
    refusalOf: async () => undefined,
    count: async () => {},
    firstToldOf: async () => false,
  };
  const given = new Map<string, number>();
  const hints = {
    isDue: async (user: UserId, hint: string, at: number, pauseMs: number) => {
      const key = `${user}/${hint}`;
      const isDue = at - (given.get(key) ?? Number.NEGATIVE_INFINITY) >= pauseMs || !given.has(key);
      if (isDue) given.set(key, at);
      return isDue;
    },
  };
  const reported = { report: (_: string, error: unknown) => void faults.push(error) };
  const notices = new CallNotices(conversation, texts, wall, reported, { hints, lines, callLog, users });
  const registrar = {
    bind: async () => ({ lifetimeMs: 600_000 }),
    unbind: async () => {},
    forget: () => {},
    watch: () => () => {},
  };
  const lineActors = new LineActors({ lines, registrar, faults: reported, clock, ...seen });
  const journal = new CallJournal(callLog, wall, reported, async (ended) => void charged.push(ended));
  const softphones = new Softphones({
    sip: nets.sip,
    telegram: nets.telegram,
    media: nets.media,
    notices,
    journal,
    users,
    faults: reported,
    clock,
    handOver: () => {},
    limitOf: async () => undefined,
    recordingFailed: ({ order, why }) => void failedRecordings.push(`${order.owner}: ${why.kind}`),
    keys: new DtmfSender({
      sip: nets.sip,
      media: nets.media,
      lines,
      faults: reported,
      wait: async () => {},
      now: () => 0,
    }),
    recordings: recorder,
    ...seen,
  });
  const switchboard = new Switchboard({
    sip: nets.sip,
    telegram: nets.telegram,
    lines,
    users,
    callLog,
    clock: wall,
    faults: reported,
    dialling: new Dialling({ lines, standings: lineActors, rules: dialRules, plans, clock: wall }),
    plans,
    texts,
    actorClock: clock,
    softphones,
    notices,
    journal,
    testCalls: { take: () => false, expect: () => {} },
    onContact: () => {},
    settingsBot: 'siptg_bot',
    newId: () => `id${++nextId}`,
    ...seen,
  });
  let nextMessage = 0;
  const reception = new Reception({
    conversation,
    bot: { answerPress: (press, text) => void (text !== undefined && presses.get(press)?.answer(text)) },
    texts,
    clock: wall,
    isHome: () => true,
    awayAt: async () => undefined,
    pass: async () => {},
    take: switchboard,
    say: (user, notice) => notices.say(user, notice),
  });
  reception.read();
  return {
    nets,
    recorder,
    clock,
    said,
    removed,
    faults,
    charged,
    records,
    wall,
    database,
    chat,
    /** Lines there are; `lineActors.follow()` starts added ones. */
    lines: known,
    settings,
    /** What owners are to learn of recordings that could not be stored. */
    failedRecordings,
    softphones,
    switchboard,
    lineActors,
    notices,
    text: (text: string, more: Partial<IncomingMessage> = {}) =>
      hear({ userId: olga, messageId: ++nextMessage, kind: 'text', text, sentAt: wall.now(), ...more }),
    press(action: string, more: Partial<Press> = {}) {
      const press: Press = {
        userId: olga,
        action,
        token: 't',
        pressId: `press${++nextMessage}`,
        answer: () => {},
        passOn: () => {},
        ...more,
      };
      presses.set(press.pressId, press);
      return feel(press);
    },
    async settled() {
      for (let turn = 0; turn < 10; turn++) await new Promise((done) => setImmediate(done));
    },
  };
}
