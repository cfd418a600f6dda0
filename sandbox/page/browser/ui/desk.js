import { byId, h, icon, toast } from './dom.js';

/** The SIP side, and the troubles one can make. `ask` asks the server; `back` leaves this view on a small screen. */
export class Desk {
  #store;
  #ask;
  #cards = h('div', { class: 'cards' });
  #drawn = '';
  #live = new Map();
  #loss = h('select', { ariaLabel: 'Packets lost' });
  #cut = h('input', { type: 'checkbox' });

  constructor(store, ask, back) {
    this.#store = store;
    this.#ask = (type, fields) => ask(type, fields).catch((error) => toast(error.message));
    const ring = (who, words) => button(words, 'main', () => this.#ask('pbx.ring', { who }));
    const leave = button('', 'round back', back);
    leave.append(icon('back'));
    leave.setAttribute('aria-label', 'Back');
    byId('desk').append(
      h('header', {}, leave, h('div', {}, h('b', {}, 'SIP phone'), h('small', {}, 'telephones of the demo PBX'))),
      h(
        'section',
        {},
        h('div', { class: 'pair' }, ring('anna', 'Ring me'), ring('boris', 'Second caller')),
        this.#cards,
      ),
      this.#faults(),
    );
  }

  draw() {
    const { desk, faults } = this.#store;
    const looks = JSON.stringify(desk.map(({ id, state, says, direction }) => [id, state, says, direction]));
    if (looks !== this.#drawn) {
      this.#drawn = looks;
      this.#live.clear();
      this.#cards.replaceChildren(
        ...(desk.length > 0 ? desk.map((call) => this.#card(call)) : [h('p', { class: 'nothing' }, idle)]),
      );
    }
    for (const call of desk) this.#refresh(call);
    this.#loss.value = String(faults.lossPercent);
    this.#cut.checked = faults.cut;
  }

  #card(call) {
    const { id, direction, state, name, number, says } = call;
    const ask = (type, fields) => this.#ask(type, { id, ...fields });
    const hears = h('span', { class: 'hears' });
    const keys = h('span', { class: 'pressed' });
    this.#live.set(id, { hears, keys });
    const rings = direction === 'in' && state !== 'up' && number === '610';
    const voice = h(
      'select',
      { ariaLabel: 'Says' },
      [null, 500, 850, 1200].map((hz) =>
        h('option', { value: String(hz), selected: hz === says }, hz === null ? 'says nothing' : `says ${hz} Hz`),
      ),
    );
    voice.onchange = () => ask('pbx.says', { hz: voice.value === 'null' ? null : Number(voice.value) });
    const isPhone = direction === 'out' || number === '610';
    return h(
      'article',
      { class: `sip ${state}`, data: { number } },
      h('header', {}, h('b', {}, name), h('small', {}, `${number} · ${stateWords(call)}`)),
      state === 'up' && h('div', { class: 'hearing' }, hears, keys),
      state === 'up' && isPhone && voice,
      state === 'up' && isPhone && pad((digit) => ask('pbx.press', { digit })),
      h(
        'footer',
        {},
        rings && button('Answer', 'good', () => ask('pbx.answer')),
        button(direction === 'in' && state !== 'up' ? 'Refuse' : 'Hang up', 'bad', () => ask('pbx.hangUp')),
      ),
    );
  }

  #refresh({ id, hears, keys }) {
    const live = this.#live.get(id);
    if (!live || !hears) return;
    live.hears.textContent = hears.hz > 0 ? `hears ${hears.hz} Hz, ${hears.db} dBFS` : 'hears silence';
    live.keys.textContent = keys ? `keys ${keys.split('').join(' ')}` : '';
  }

  #faults() {
    this.#loss.append(
      ...[0, 2, 10, 30].map((percent) => h('option', { value: String(percent) }, percent ? `${percent} %` : 'none')),
    );
    this.#loss.onchange = () => this.#ask('fault.loss', { percent: Number(this.#loss.value) });
    this.#cut.onchange = () => this.#ask('fault.cut', { cut: this.#cut.checked });
    const told = (words) => () => toast(words);
    return h(
      'section',
      { class: 'faults' },
      h('h2', {}, 'Make trouble'),
      h('label', {}, 'Packets lost in your call', this.#loss),
      h('label', {}, 'Into a tunnel: nothing passes', this.#cut),
      button('Drop the connection to Telegram', '', () =>
        this.#ask('fault.drop').then(told('Dropped. The service comes back by itself.')),
      ),
      button('Flood wait of 5 s', '', () =>
        this.#ask('fault.flood', { seconds: 5 }).then(told('For 5 s the service may write nothing.')),
      ),
    );
  }
}

const idle = 'No calls. Send 610 to Telephone and answer here, or ring yourself.';

const stateWords = ({ direction, state }) => {
  if (state === 'up') return 'talking';
  if (direction === 'in') return 'rings here';
  return state === 'ringing' ? 'rings you' : 'calling you';
};

const pad = (press) =>
  h(
    'div',
    { class: 'pad', ariaLabel: 'Dial pad' },
    Array.from('123456789*0#', (digit) => button(digit, '', () => press(digit))),
  );

const button = (words, kind, act) => {
  const element = h('button', { type: 'button', class: kind }, words);
  element.onclick = act;
  return element;
};
