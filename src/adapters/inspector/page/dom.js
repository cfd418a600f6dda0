/** An element with what is in it; strings become text. */
export function element(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value);
  made.append(...content);
  return made;
}

const svgSpace = 'http://www.w3.org/2000/svg';

export function drawing(tag, attributes = {}, ...content) {
  const made = document.createElementNS(svgSpace, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value);
  made.append(...content);
  return made;
}

export const byId = (id) => document.getElementById(id);

/** Only what differs is touched: a text that is set again is laid out again. */
export function write(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

const two = (number) => String(number).padStart(2, '0');

export function timeOf(at) {
  const date = new Date(at);
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

/** What XState calls its own events, shorter: `xstate.after.ringOverdue.call.alerting`. */
export function shortOf(type) {
  const after = /^xstate\.after\.([^.]+)/.exec(type);
  if (after) return `after ${/^\d+$/.test(after[1]) ? `${after[1]} ms` : after[1]}`;
  const ended = /^xstate\.(done|error)\.(?:actor|state)\.(.+)$/.exec(type);
  if (ended) return `${ended[2]} ${ended[1] === 'done' ? 'done' : 'failed'}`;
  return type === 'xstate.init' ? 'begins' : type;
}

/** Hands a file to the browser. */
export function save(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  element('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}
