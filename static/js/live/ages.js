/*
 * Times and sizes in the reader's language, and the state of each picture by its age; same rules as
 * src/live/newest/picture-state.ts.
 */

const { ageInWords, setText } = window.linesight;

const hourMs = 3_600_000;

/** Formats instants (epoch ms) in the site's time zone: `time(at)`, `dateTime(at)`. */
export function createSiteTime(timeZone) {
  const clock = { timeZone, hourCycle: 'h23', hour: '2-digit', minute: '2-digit', second: '2-digit' };
  const lang = document.documentElement.lang === 'en' ? 'en-GB' : document.documentElement.lang;
  const time = new Intl.DateTimeFormat(lang, clock);
  const date = new Intl.DateTimeFormat(lang, { timeZone, dateStyle: 'medium' });
  return { time: (at) => time.format(at), dateTime: (at) => `${date.format(at)} ${time.format(at)}` };
}

/** "1.24 MB" */
export function sizeInWords(bytes) {
  if (!Number.isFinite(bytes)) return '';
  const names = ['B', 'kB', 'MB', 'GB'];
  const unit = Math.min(names.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 3 });
  return `${value.format(bytes / 1000 ** unit)} ${names[unit]}`;
}

/** Writes how far a camera's clock is ahead, in its largest unit; nothing where its time was believed. */
export function writeClockAhead(element, aheadMs = 0) {
  const mark = element.querySelector('[data-ahead]');
  const units = [
    [mark.dataset.days, 48 * hourMs, 24 * hourMs],
    [mark.dataset.hours, hourMs, hourMs],
    [mark.dataset.minutes, 0, hourMs / 60],
  ];
  const [text, , unitMs] = units.find(([, fromMs]) => aheadMs >= fromMs);
  setText(mark, aheadMs > 0 ? text.replace('{count}', Math.floor(aheadMs / unitMs)) : '');
}

/** Updates state and age of every element that holds a picture; `now` is the server's time, or null if unknown. */
export function tickPictures(elements, now) {
  if (now === null) return;
  for (const element of elements) tickPicture(element, now);
}

function tickPicture(element, now) {
  const { seen, staleMs, silent, state } = element.dataset;
  if (state === 'past' || state === 'missing') return;
  if (!seen) {
    if (state !== 'offline') element.dataset.state = 'none';
    return;
  }
  const ageMs = now - Number(seen);
  const age = ageInWords(ageMs);
  setText(element.querySelector('[data-age]'), age);
  if (element.hasAttribute('data-offline')) return;
  const next = ageMs <= Number(staleMs) ? 'fresh' : silent ? 'silent' : 'old';
  if (element.dataset.state !== next) element.dataset.state = next;
  if (next !== 'fresh') writeAge(element.querySelector('[data-word]'), age, silent);
}

function writeAge(word, age, silent) {
  let strong = word.querySelector('b');
  if (!strong || word.childNodes.length !== 2) {
    strong = document.createElement('b');
    word.replaceChildren(strong, document.createTextNode(''));
  }
  setText(strong, age);
  const rest = ` ${silent ?? ''}`;
  if (word.lastChild.data !== rest) word.lastChild.data = rest;
}
