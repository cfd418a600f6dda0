import { avatar, byId, duration, h, icon } from './dom.js';

/**
 * The call of this device: a sheet while it rings, then a card above the conversation, so that the keypad in the chat
 * stays in reach. `parts`: calls, sound, nameOf(id), answer(call).
 */
export class CallCard {
  #parts;
  #place = byId('call');
  #drawn;
  #levels;
  #ringing;

  constructor(parts) {
    this.#parts = parts;
    setInterval(() => this.#tick(), 150);
  }

  draw() {
    const call = this.#parts.calls.current;
    this.#place.hidden = !call;
    if (!call) {
      this.#drawn = undefined;
      return this.#place.replaceChildren();
    }
    const { state, muted, peerMuted, emoji, role } = call;
    const looks = JSON.stringify([call.id, state, muted, peerMuted, emoji, this.#parts.sound.voice]);
    if (looks === this.#drawn) return;
    this.#drawn = looks;
    const rings = state === 'ringing' && role === 'callee';
    this.#place.className = `${rings ? 'incoming' : ''} ${state}`;
    const name = this.#parts.nameOf(call.peerId);
    this.#place.replaceChildren(
      ...[
        avatar(name, 'large'),
        h(
          'div',
          { class: 'about' },
          h('b', {}, name),
          h('span', { class: 'state', role: 'status' }, words(call)),
          emoji.length > 0 &&
            h(
              'span',
              { class: 'emoji', title: 'Both ends see these four' },
              emoji.map((one) => h('span', {}, one)),
            ),
        ),
        state === 'connected' && this.#meters(),
        h('div', { class: 'actions' }, rings ? this.#answering(call) : this.#talking(call)),
      ].filter(Boolean),
    );
    if (rings && this.#ringing !== call.id) {
      this.#ringing = call.id;
      this.#place.querySelector('.answer')?.focus();
    }
    if (state === 'ended') setTimeout(() => this.#parts.calls.current === call && this.#parts.calls.dismiss(), 2_500);
  }

  #answering(call) {
    return [
      action('Decline', 'decline', 'phone', () => call.decline()),
      action('Answer', 'answer', 'phone', () => this.#parts.answer(call)),
    ];
  }

  #talking(call) {
    if (call.state === 'ended') return [];
    const mute = action(call.muted ? 'Unmute' : 'Mute', 'mute', 'mic', () => {
      call.muted = !call.muted;
    });
    mute.setAttribute('aria-pressed', String(call.muted));
    return [this.#voice(), mute, action('Hang up', 'decline', 'phone', () => call.hangUp())];
  }

  #voice() {
    const { sound } = this.#parts;
    const select = h(
      'select',
      { ariaLabel: 'What you say' },
      ...[
        ['mic', 'Microphone'],
        ['tone', `Tone ${sound.toneHz} Hz`],
        ['silence', 'Silence'],
      ].map(([value, name]) => h('option', { value, selected: value === sound.voice }, name)),
    );
    select.onchange = () => void sound.say(select.value);
    return select;
  }

  #meters() {
    const meter = (label) => {
      const bar = h('meter', { min: -60, max: 0, value: -60, ariaLabel: label });
      const number = h('small', {});
      return { bar, number, line: h('div', { class: 'level' }, h('small', {}, label), bar, number) };
    };
    this.#levels = { heard: meter('You hear'), said: meter('You say') };
    return h('div', { class: 'levels' }, this.#levels.heard.line, this.#levels.said.line);
  }

  #tick() {
    const call = this.#parts.calls.current;
    if (call?.state !== 'connected' || !this.#levels) return;
    for (const [of, { bar, number }] of Object.entries(this.#levels)) {
      const { hz, db } = of === 'said' && call.muted ? { hz: 0, db: -120 } : this.#parts.sound.peak(of);
      bar.value = db;
      number.textContent = db > -60 ? `${Math.round(hz)} Hz` : 'silence';
    }
    const state = this.#place.querySelector('.state');
    if (state) state.textContent = words(call);
  }
}

const endings = {
  missed: 'Not answered',
  busy: 'Busy',
  hangup: 'Call ended',
  disconnect: 'Disconnected',
  unknown: 'Answered on another device',
};

const words = (call) => {
  if (call.state === 'ended') return endings[call.ending] ?? 'Call ended';
  if (call.state === 'requested') return 'Calling…';
  if (call.state === 'ringing') return call.role === 'caller' ? 'Ringing…' : 'Incoming call';
  if (call.state === 'connecting') return 'Exchanging keys…';
  const time = duration((performance.now() - call.connectedAt) / 1_000);
  return call.peerMuted ? `${time} · muted there` : time;
};

const action = (name, kind, shape, act) => {
  const button = h(
    'button',
    { type: 'button', class: `action ${kind}`, title: name },
    icon(shape),
    h('span', {}, name),
  );
  button.onclick = act;
  return button;
};
