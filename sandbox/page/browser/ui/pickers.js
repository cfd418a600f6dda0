import { avatar, byId, h } from './dom.js';

/** Lets the person choose from a list; what was chosen, or nothing. */
export const pick = (title, offered, most = 1) => {
  const place = byId('sheet');
  const before = document.activeElement;
  return new Promise((resolve) => {
    const chosen = new Set();
    const finish = (ids) => {
      place.hidden = true;
      place.replaceChildren();
      document.removeEventListener('keydown', onKey);
      before?.focus();
      resolve(ids);
    };
    const onKey = ({ key }) => key === 'Escape' && finish(undefined);
    document.addEventListener('keydown', onKey);
    const done = h('button', { type: 'button', class: 'main', disabled: true }, 'Choose');
    done.onclick = () => finish([...chosen]);
    const cancel = h('button', { type: 'button' }, 'Cancel');
    cancel.onclick = () => finish(undefined);
    const lines = offered.map(({ id, name }) => {
      const line = h('button', { type: 'button', class: 'chat', ariaPressed: 'false' }, avatar(name), h('b', {}, name));
      line.onclick = () => {
        if (most === 1) return finish([id]);
        if (!chosen.delete(id) && chosen.size < most) chosen.add(id);
        line.classList.toggle('open', chosen.has(id));
        line.setAttribute('aria-pressed', String(chosen.has(id)));
        done.disabled = chosen.size === 0;
      };
      return line;
    });
    place.replaceChildren(
      h(
        'div',
        { class: 'picker', role: 'dialog', ariaModal: 'true', ariaLabel: title },
        h('h2', {}, title),
        h('div', { class: 'offered' }, lines.length > 0 ? lines : h('p', {}, 'There is nobody to choose.')),
        h('footer', {}, cancel, most > 1 && done),
      ),
    );
    place.hidden = false;
    (lines[0] ?? cancel).focus();
  });
};
