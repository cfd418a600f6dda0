import type { OfKind } from '../../../../src/adapters/texts/settings/rendering.ts';
import type { HostView } from '../../../../src/machines/model/host-state.ts';
import { EpochMs, LineId, UserId } from '../../../../src/machines/model/ids.ts';
import type { Question, Remark, WrongAnswer } from '../../../../src/machines/model/settings.ts';
import type {
  LineDetails,
  LineFacts,
  LineSummary,
  Screen,
  SettingsNotice,
  WorkerShown,
} from '../../../../src/machines/model/settings-screens.ts';

export const office = LineId('3b0c1c1e-4a57-4f1a-9d7c-0f6f3f1f1a01');
export const at = EpochMs(Date.UTC(2026, 10, 22, 21, 7, 45));

export const facts: LineFacts = {
  id: office,
  name: 'Office',
  dot: 'registered',
  standing: { state: 'reachable' },
  registeredUntil: at,
  enabled: true,
  draft: false,
  limit: undefined,
};

export const frankfurt: WorkerShown = {
  id: 'frankfurt-1',
  kind: 'official',
  name: 'Frankfurt 1',
  place: 'Germany',
  load: 'low',
  healthy: true,
};
export const workers: readonly WorkerShown[] = [
  { ...frankfurt, id: 'shared-1', kind: 'shared', name: 'Basement', place: '', load: 'high' },
  frankfurt,
  { ...frankfurt, id: 'operator-1', kind: 'operator', name: 'Operator’s own', load: 'medium' },
  { ...frankfurt, id: 'private-1', kind: 'private', name: 'Mine', healthy: false },
];

export const host: HostView = {
  id: 'hel-1',
  state: 'live',
  worker: 'main',
  place: 'Helsinki',
  version: '0.1.0',
  boot: '0a1b2c3d4e5f',
  startedAt: at,
  seenAt: at,
  lines: 12,
  calls: 1,
  shards: 16,
  busy: 0.25,
  clockMs: 20,
};

export const details: LineDetails = {
  login: '100',
  hasPassword: true,
  domain: 'pbx.test',
  proxy: '',
  transport: 'udp',
  nextTransport: 'tcp',
  worker: 'auto',
  workerShown: frankfurt,
  carriedBy: undefined,
  template: undefined,
  templateName: undefined,
  fixed: [],
  dialRules: '',
  codecs: ['opus', 'alaw', 'mulaw'],
  dtmfMethods: ['rfc2833', 'info', 'inband'],
  recording: false,
  recordingsChat: undefined,
  recordingsChatTitle: undefined,
  quietHours: undefined,
  pending: [],
  appliesAt: undefined,
  user: undefined,
  invited: undefined,
};

export const draft: LineFacts = {
  ...facts,
  name: 'Line 1',
  dot: 'off',
  standing: { state: 'off' },
  registeredUntil: undefined,
  enabled: false,
  draft: true,
};
export const emptyDetails: LineDetails = {
  ...details,
  login: '',
  hasPassword: false,
  domain: '',
  workerShown: undefined,
};
/** Everything there can be. */
export const fullDetails: LineDetails = {
  ...details,
  proxy: 'sbc.pbx.test:5061',
  transport: 'tls',
  worker: 'private-1',
  workerShown: workers[3],
  template: 'asterisk',
  templateName: 'Asterisk',
  dialRules: '[^+*#\\w]= ^8=7',
  recording: true,
  recordingsChat: '-1001',
  recordingsChatTitle: 'Recordings of the office',
  quietHours: { from: 22 * 60, until: 7 * 60 + 5, timeZone: 'Europe/Berlin' },
  pending: ['login', 'password', 'domain', 'proxy', 'transport', 'worker', 'template', 'dialRules'],
  appliesAt: at,
  user: { id: UserId(2), name: 'Uwe' },
  invited: { name: 'Ida', link: 'https://t.me/siptg_bot?start=l_0123456789abcdef' },
};

export const summaries: readonly LineSummary[] = [
  { id: office, name: 'Office', dot: 'registered', own: true },
  { id: LineId('line-2'), name: 'Home', dot: 'pending', own: true },
  { id: LineId('line-3'), name: 'Shop', dot: 'error', own: true },
  { id: LineId('line-4'), name: 'Lab', dot: 'off', own: false },
];
export const list = { kind: 'lines', lines: summaries, callback: true, chatAccount: 'siptg_calls' } as const;
export const longList = (count: number) =>
  Array.from({ length: count }, (_, place) => ({
    id: LineId(`line-${place + 1}`),
    name: `Line ${place + 1}`,
    dot: 'off' as const,
    own: true,
  }));

const questions: readonly Question[] = [
  ...(['name', 'login', 'password', 'domain', 'proxy', 'codecs', 'dtmf', 'rules', 'quiet'] as const).map((field) => ({
    kind: 'field' as const,
    line: office,
    field,
  })),
  { kind: 'try', line: office },
  { kind: 'import' },
];

const limit = { status: 402, reason: 'SIP account has disallowed settings' } as const;
const forbidden = { status: 403, reason: 'Forbidden' };
const tried = {
  kind: 'tried',
  line: office,
  number: '8 (926) 123-45-67',
  steps: [
    { rule: '[^+*#\\w]=', result: '89261234567' },
    { rule: '^8=7', result: '79261234567' },
  ],
} as const;

/** Every kind of screen in every variant; a new kind that is missing here does not compile. */
const screensByKind: { readonly [Kind in Screen['kind']]: readonly OfKind<Screen, Kind>[] } = {
  lines: [
    list,
    { ...list, callback: false },
    { ...list, lines: [] },
    { ...list, lines: longList(100), page: 1 },
    { ...list, chatAccount: '' },
  ],
  'own-line': [
    { kind: 'own-line', facts, details },
    { kind: 'own-line', facts: { ...facts, registeredUntil: undefined }, details: fullDetails },
    { kind: 'own-line', facts, details: { ...fullDetails, pending: [], appliesAt: undefined, worker: 'auto' } },
    { kind: 'own-line', facts: draft, details: emptyDetails },
    { kind: 'own-line', facts: draft, details: { ...details, pending: ['domain'], appliesAt: at } },
    { kind: 'own-line', facts, details: { ...details, worker: 'gone', workerShown: undefined } },
    { kind: 'own-line', facts, details: { ...details, workerShown: undefined, carriedBy: frankfurt } },
    { kind: 'own-line', facts, details: { ...details, recordingsChat: '-1001' } },
    {
      kind: 'own-line',
      facts,
      details: { ...fullDetails, fixed: ['domain', 'proxy', 'codecs', 'dtmf', 'rules', 'login', 'password', 'quiet'] },
    },
    ...workers.map((workerShown) => ({
      kind: 'own-line' as const,
      facts,
      details: { ...details, worker: workerShown.id, workerShown, carriedBy: frankfurt },
    })),
    { kind: 'own-line', facts: { ...facts, dot: 'pending', standing: { state: 'registering' } }, details },
    {
      kind: 'own-line',
      facts: { ...facts, dot: 'error', standing: { state: 'unreachable', detail: 'timeout' } },
      details,
    },
    { kind: 'own-line', facts: { ...facts, dot: 'error', standing: { state: 'refused', sip: forbidden } }, details },
    { kind: 'own-line', facts: { ...facts, dot: 'error', limit }, details },
    { kind: 'own-line', facts: { ...facts, dot: 'off', enabled: false, standing: { state: 'off' } }, details },
    { kind: 'own-line', facts: { ...facts, dot: 'off', standing: { state: 'off' } }, details },
  ],
  'assigned-line': [{ kind: 'assigned-line', facts, chatAccount: 'siptg_calls' }],
  'former-line': [{ kind: 'former-line', id: office, name: 'Office' }],
  templates: [
    { kind: 'templates', line: office, templates: [] },
    {
      kind: 'templates',
      line: office,
      templates: [
        { id: 'asterisk', name: 'Asterisk', country: undefined },
        { id: 'sipgate', name: 'sipgate', country: 'DE' },
        { id: 'other', name: 'Other', country: 'Somewhere' },
      ],
    },
    {
      kind: 'templates',
      line: office,
      templates: Array.from({ length: 95 }, (_, place) => ({ id: `t${place}`, name: `T${place}`, country: 'DE' })),
    },
  ],
  workers: [
    { kind: 'workers', line: office, chosen: 'auto', workers },
    { kind: 'workers', line: office, chosen: 'frankfurt-1', workers: [frankfurt] },
    { kind: 'workers', line: undefined, chosen: undefined, workers },
    { kind: 'workers', line: undefined, chosen: undefined, workers: [] },
    {
      kind: 'workers',
      line: office,
      chosen: 'auto',
      workers: Array.from({ length: 120 }, (_, place) => ({ ...frankfurt, id: `w${place}` })),
    },
  ],
  languages: [{ kind: 'languages', chosen: 'es-MX' }],
  'recordings-chat': [
    { kind: 'recordings-chat', line: office, title: 'Recordings of the office' },
    { kind: 'recordings-chat', line: office, title: undefined },
  ],
  sure: [0, 1, 3, 5].flatMap((calls) =>
    (['switch-off', 'delete'] as const).map((what) => ({
      kind: 'sure' as const,
      what,
      line: office,
      name: 'Office',
      calls,
    })),
  ),
  'sure-template': [{ kind: 'sure-template', line: office, template: 'asterisk', name: 'Asterisk' }],
  rules: [
    {
      kind: 'rules',
      line: office,
      rules: [
        { kind: 'replaces', text: '[^+*#\\w]=' },
        { kind: 'filters', text: '^79\\d{9}$' },
      ],
    },
  ],
  tried: [
    { ...tried, verdict: { kind: 'dial', text: '79261234567' } },
    { ...tried, steps: [], verdict: { kind: 'filtered', rule: 1, text: '^7' } },
    { ...tried, verdict: { kind: 'empty' } },
    { ...tried, verdict: { kind: 'tooLong' } },
  ],
  question: [
    ...questions.map((question) => ({
      kind: 'question' as const,
      question,
      lineName: question.kind === 'import' ? undefined : 'Office',
      hint: undefined,
      current: undefined,
    })),
    ...questions.map((question) => ({
      kind: 'question' as const,
      question,
      lineName: 'Office',
      hint: 'The login is the number without +',
      current: 's3cret',
    })),
  ],
  help: [{ kind: 'help', chatAccount: 'siptg_calls' }],
  hosts: [
    { kind: 'hosts', hosts: [] },
    {
      kind: 'hosts',
      hosts: [
        host,
        { ...host, id: 'hel-2', state: 'draining', lines: 1, calls: 2, place: '' },
        { ...host, id: 'cellar', worker: 'cellar', state: 'silent', lines: 5, calls: 5 },
      ],
    },
    { kind: 'hosts', hosts: Array.from({ length: 40 }, (_, place) => ({ ...host, id: `h${place}` })) },
  ],
  host: [
    { kind: 'host', host },
    { kind: 'host', host: { ...host, state: 'draining', shards: 1, clockMs: 1_500 } },
    {
      kind: 'host',
      host: { ...host, state: 'silent', shards: 3, version: '', place: '', busy: undefined, clockMs: -180_000 },
    },
  ],
};

const remarksByKind: { readonly [Kind in Remark['kind']]: readonly OfKind<Remark, Kind>[] } = {
  'wrong-parameters': [
    { kind: 'wrong-parameters', missing: ['domain'] },
    { kind: 'wrong-parameters', missing: ['login', 'password', 'domain'] },
  ],
  applied: [{ kind: 'applied' }],
  'rules-discarded': [{ kind: 'rules-discarded' }],
  'switched-on': [{ kind: 'switched-on' }],
  'switched-off': [{ kind: 'switched-off' }],
  'gave-up': [{ kind: 'gave-up' }],
  expired: [{ kind: 'expired' }],
  'try-again': [{ kind: 'try-again' }],
  'not-yours': [{ kind: 'not-yours' }],
  'not-in-plan': (['recording', 'assignment', 'paid-workers'] as const).map((what) => ({ kind: 'not-in-plan', what })),
  'lines-limit': [0, 1, 3, 5].map((allowed) => ({ kind: 'lines-limit', limit: allowed })),
  deleted: [{ kind: 'deleted', name: 'Office' }],
  imported: [1, 2, 11].map((count) => ({ kind: 'imported', count })),
  'chat-refused': [
    { kind: 'chat-refused', title: 'News', reason: 'need administrator rights' },
    { kind: 'chat-refused', title: undefined, reason: 'chat not found' },
  ],
  'chat-chosen': [
    { kind: 'chat-chosen', title: 'News' },
    { kind: 'chat-chosen', title: undefined },
  ],
  'user-chosen': [{ kind: 'user-chosen', name: 'Uwe' }],
  'user-invited': [{ kind: 'user-invited', name: 'Uwe', link: 'https://t.me/siptg_bot?start=l_0123456789abcdef' }],
  offered: [{ kind: 'offered', name: 'Uwe' }],
  'offered-by-link': [
    { kind: 'offered-by-link', name: 'Uwe', link: 'https://t.me/siptg_bot?start=l_0123456789abcdef' },
  ],
  'test-call': (['started', 'not-registered', 'busy', 'assigned', 'restarting'] as const).map((outcome) => ({
    kind: 'test-call',
    outcome,
  })),
};

const wrongByKind: { readonly [Kind in WrongAnswer['kind']]: readonly OfKind<WrongAnswer, Kind>[] } = {
  field: questions.flatMap((question) => (question.kind === 'field' ? [{ kind: 'field', field: question.field }] : [])),
  rule: [{ kind: 'rule', rule: '(?=1)2', position: 0, why: 'look-ahead and look-behind are not supported' }],
  'unknown-codec': [{ kind: 'unknown-codec', word: 'g729', known: ['opus', 'alaw', 'mulaw', 'g722', 'gsm'] }],
  'private-address': [{ kind: 'private-address', host: '127.0.0.1' }],
  'unknown-host': [{ kind: 'unknown-host', host: 'pbx.invalid' }],
  number: [{ kind: 'number' }],
  import: [
    ...(['unknown-key', 'wrong-value', 'too-long', 'plan'] as const).map(
      (why) => ({ kind: 'import', line: 3, why, text: 'codecs = g729' }) as const,
    ),
    ...(['unknown-key', 'empty'] as const).map((why) => ({ kind: 'import', line: 3, why, text: '' }) as const),
  ],
};

const noticesByKind: {
  readonly [Kind in SettingsNotice['kind']]: readonly OfKind<SettingsNotice, Kind>[];
} = {
  'wrong-answer': Object.values(wrongByKind)
    .flat()
    .map((wrong) => ({ kind: 'wrong-answer', wrong })),
  'pick-user': [{ kind: 'pick-user' }],
  'pick-new-owner': [{ kind: 'pick-new-owner' }],
  'pick-chat': [{ kind: 'pick-chat' }],
  picked: [{ kind: 'picked' }],
  'invitation-accepted': [{ kind: 'invitation-accepted', lineName: 'Office', chatAccount: 'siptg_calls' }],
  'invitation-write-first': [{ kind: 'invitation-write-first', lineName: 'Office', chatAccount: 'siptg_calls' }],
  'password-stays': [{ kind: 'password-stays' }],
  unassigned: [{ kind: 'unassigned', lineName: 'Office', chatAccount: 'siptg_calls' }],
  'user-active': [{ kind: 'user-active', lineName: 'Office', name: 'Uwe' }],
  'invitation-gone': [{ kind: 'invitation-gone' }],
  'hand-over-offer': [{ kind: 'hand-over-offer', lineName: 'Office', from: 'Olga', offer: '0123456789abcdef' }],
  'hand-over-taken': [{ kind: 'hand-over-taken', lineName: 'Office', name: 'Uwe' }],
  'taken-back': [{ kind: 'taken-back', lineName: 'Office', name: 'Olga' }],
  'hand-over-expired': [{ kind: 'hand-over-expired' }],
  exported: [{ kind: 'exported', text: '[Office]\nlogin = 100\ndomain = pbx.test' }],
  'test-failed': [
    { kind: 'test-failed', lineName: 'Office' },
    { kind: 'test-failed', lineName: 'Office', sip: { status: 404, reason: 'Not Found' } },
  ],
  'test-report': [
    { kind: 'test-report', lineName: 'Office', codec: undefined, keys: [] },
    {
      kind: 'test-report',
      lineName: 'Office',
      codec: 'alaw',
      keys: [
        { digit: '1', way: 'rfc2833' },
        { digit: '#', way: 'rfc2833' },
        { digit: '2', way: 'voice' },
        { digit: '3', way: 'info' },
      ],
    },
  ],
  'registration-failing': [
    { kind: 'registration-failing', lineName: 'Office', sip: forbidden },
    { kind: 'registration-failing', lineName: 'Office', detail: 'timeout' },
  ],
  'registration-recovered': [{ kind: 'registration-recovered', lineName: 'Office' }],
  'recording-not-stored': [{ kind: 'recording-not-stored', lineName: 'Office', why: { kind: 'disk-full' } }],
  'user-blocks': [{ kind: 'user-blocks', lineName: 'Office' }],
  'user-privacy': [{ kind: 'user-privacy', lineName: 'Office' }],
  'worker-down': [
    { kind: 'worker-down', worker: 'Frankfurt 1', lineNames: [] },
    { kind: 'worker-down', worker: 'Frankfurt 1', lineNames: ['Office', 'Home'] },
  ],
  'worker-back': [
    { kind: 'worker-back', worker: 'Frankfurt 1', lineNames: Array.from({ length: 25 }, (_, place) => `L${place}`) },
  ],
  'plan-limit': [
    { kind: 'plan-limit', limit },
    { kind: 'plan-limit', limit: { status: 402, reason: 'Total calls duration is exceeded' } },
    { kind: 'plan-limit', limit: { status: 402, reason: 'Amount of fail calls is exceeded' } },
  ],
  'template-changed': [{ kind: 'template-changed', lineName: 'Office', template: 'Asterisk' }],
  'operator-says': [{ kind: 'operator-says', text: 'Tonight there will be no service.\nSorry.' }],
  admin: [{ kind: 'admin', text: '1 · Olga · 2 lines' }],
};

export const screens: readonly Screen[] = Object.values(screensByKind).flat();
export const remarks: readonly Remark[] = Object.values(remarksByKind).flat();
export const notices: readonly SettingsNotice[] = Object.values(noticesByKind).flat();
