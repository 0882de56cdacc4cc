/* Keeps the age of each picture, and says so on it when it is old. The same rules as src/live/picture-state.ts. */
import { ageInWords, setText } from './words.js';

/** Sets the state and the age of every element with a picture's data; `now` is the server's time, or null. */
export function tickPictures(elements, now) {
  if (now === null) return;
  for (const element of elements) tickPicture(element, now);
}

function tickPicture(element, now) {
  const { captured, staleMs, silent, state } = element.dataset;
  if (state === 'past' || state === 'missing') return;
  if (!captured) {
    if (state !== 'offline') element.dataset.state = 'none';
    return;
  }
  const ageMs = now - Number(captured);
  const age = ageInWords(ageMs);
  setText(element.querySelector('[data-age]'), age);
  if (element.hasAttribute('data-offline')) return;
  const next = ageMs <= Number(staleMs) ? 'fresh' : silent ? 'silent' : 'old';
  if (element.dataset.state !== next) element.dataset.state = next;
  if (next !== 'fresh') sayAge(element.querySelector('[data-word]'), age, silent);
}

function sayAge(word, age, silent) {
  let strong = word.querySelector('b');
  if (!strong || word.childNodes.length !== 2) {
    strong = document.createElement('b');
    word.replaceChildren(strong, document.createTextNode(''));
  }
  setText(strong, age);
  const rest = ` ${silent ?? ''}`;
  if (word.lastChild.data !== rest) word.lastChild.data = rest;
}
