/** An element; `props` are properties, `on…` listeners, `class` and `data`. Children: elements, texts, nothing. */
export const h = (tag, props = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null) continue;
    if (name === 'class') element.className = value;
    else if (name === 'data') Object.assign(element.dataset, value);
    else if (name.startsWith('aria')) element.setAttribute(name.replace('aria', 'aria-').toLowerCase(), value);
    else element[name] = value;
  }
  element.append(...children.flat(3).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
};

export const byId = (id) => document.getElementById(id);

const colours = ['#e0704c', '#5b9bd5', '#57a773', '#8d6fd1', '#d0567c', '#3aa6a6'];

/** A round picture of somebody: the first letter of the name. */
export const avatar = (name, size = '') => {
  const face = h('span', { class: `avatar ${size}`, ariaHidden: 'true' }, [...name][0] ?? '?');
  const sum = [...name].reduce((total, letter) => total + letter.codePointAt(0), 0);
  face.style.background = colours[sum % colours.length];
  return face;
};

export const clock = (unixSeconds) =>
  new Date(unixSeconds * 1_000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });

export const duration = (seconds) => {
  const whole = Math.max(0, Math.floor(seconds));
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
};

let hiding;
export const toast = (words) => {
  const place = byId('toast');
  place.textContent = words;
  place.classList.add('shown');
  clearTimeout(hiding);
  hiding = setTimeout(() => place.classList.remove('shown'), 4_000);
};

/** Drawn shapes of the buttons (24 × 24). */
const shapes = {
  phone:
    'M6.6 10.8a15 15 0 0 0 6.600 6.600l2.200-2.200a1 1 0 0 1 1-.25 11.400 11.400 0 0 0 3.600.57 1 1 0 0 1 1 1V20a1 1 0 0 1-1 1A17 17 0 0 1 3 4a1 1 0 0 1 1-1h3.500a1 1 0 0 1 1 1c0 1.250.2 2.450.57 3.570a1 1 0 0 1-.25 1z',
  mic: 'M12 14a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v5a3 3 0 0 0 3 3zm5-3a5 5 0 0 1-10 0H5a7 7 0 0 0 6 6.920V21h2v-3.080A7 7 0 0 0 19 11z',
  send: 'M3 20.500v-6.500l9-2-9-2V3.500l18.500 8.500z',
  back: 'M15.500 5 8.500 12l7 7 1.400-1.400L11.300 12l5.600-5.600z',
  play: 'M8 5v14l11-7z',
  pause: 'M7 5h4v14H7zm6 0h4v14h-4z',
  file: 'M6 2h8l5 5v15H6zm7 1.500V8h4.500z',
  reply: 'M10 9V5l-7 7 7 7v-4.100c5 0 8.500 1.600 11 5.100-1-5-4-10-11-11z',
  close:
    'M6.400 5 5 6.400 10.600 12 5 17.600 6.400 19 12 13.400 17.600 19 19 17.600 13.400 12 19 6.400 17.600 5 12 10.600z',
  desk: 'M4 5h16v3H4zm1 5h3v3H5zm5 0h4v3h-4zm6 0h3v3h-3zM5 15h3v3H5zm5 0h4v3h-4zm6 0h3v3h-3z',
  plus: 'M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z',
};

export const icon = (name) => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('icon');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', shapes[name]);
  svg.append(path);
  return svg;
};
