import { duration, h, icon } from './dom.js';

/** A voice message, a recording, or any other document under a message. */
export const fileView = (file) => {
  if (file.kind === 'voice' || file.kind === 'audio' || file.mime.startsWith('audio/')) return soundView(file);
  const name = file.name ?? 'document';
  return h(
    'a',
    { class: 'file', href: file.url, download: name },
    h('span', { class: 'round' }, icon('file')),
    h('span', { class: 'about' }, h('b', {}, name), h('small', {}, `${Math.ceil(file.bytes / 1024)} kB`)),
  );
};

/** Players by address: a message that is drawn anew goes on playing. */
const players = new Map();

const soundView = (file) => {
  const audio = players.get(file.url) ?? new Audio(file.url);
  players.set(file.url, audio);
  const button = h('button', { class: 'round', type: 'button', ariaLabel: 'Play' }, icon('play'));
  const time = h('small', { class: 'time' });
  const progress = h('progress', { max: 1, value: 0, ariaLabel: 'Played' });
  const draw = () => {
    const length = Number.isFinite(audio.duration) && audio.duration > 0 ? audio.duration : (file.seconds ?? 0);
    button.replaceChildren(icon(audio.paused ? 'play' : 'pause'));
    button.setAttribute('aria-label', audio.paused ? 'Play' : 'Pause');
    progress.value = length > 0 ? Math.min(1, audio.currentTime / length) : 0;
    time.textContent =
      audio.currentTime > 0 ? `${duration(audio.currentTime)} / ${duration(length)}` : duration(length);
  };
  button.onclick = () => {
    if (!audio.paused) return audio.pause();
    for (const other of players.values()) if (other !== audio) other.pause();
    audio.play().catch(() => {});
  };
  for (const event of ['play', 'pause', 'ended', 'timeupdate', 'loadedmetadata']) audio[`on${event}`] = draw;
  draw();
  const title = [file.title, file.performer].filter(Boolean).join(' · ');
  return h(
    'div',
    { class: 'file sound', data: { url: file.url } },
    button,
    h('span', { class: 'about' }, title && h('b', {}, title), progress, time),
  );
};
