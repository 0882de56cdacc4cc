/* One tile of the wall: a channel's newest picture and its caption. */
import { tickPictures, writeClockAhead } from './ages.js';
import { createPicture } from './picture.js';

const { setText } = window.linesight;

const defaultWidthPx = 320;

/** `now()` is the server's time or null; `noImage` is the text of an empty tile. */
export function createTile(element, { now, noImage }) {
  const holder = element.querySelector('.live-picture');
  const picture = createPicture(holder, {
    pixelsWide: () => shownWidth(holder, picture.element()),
    onShown: writeCaption,
  });
  /** Id and revision of the newest image; null until a message has named one. */
  let newest = null;

  /** The caption changes only together with the picture above it. */
  function writeCaption(image) {
    element.dataset.captured = image.captured_at;
    element.dataset.seen = image.seen_at;
    element.dataset.image = `${image.id}.${image.revision}`;
    element.classList.toggle('is-ng', image.verdict === 'NG');
    setText(element.querySelector('[data-coil]'), image.coil_number ?? image.part ?? '');
    setText(element.querySelector('[data-verdict]'), image.verdict ?? '');
    writeClockAhead(element, image.clock_ahead_ms);
    if (element.dataset.state === 'none') element.dataset.state = 'fresh';
    tickPictures([element], now());
  }

  function clear() {
    newest = null;
    picture.clear();
    element.dataset.captured = '';
    element.dataset.seen = '';
    element.dataset.image = '';
    element.dataset.state = 'none';
    element.querySelector('[data-word]').textContent = noImage;
    writeClockAhead(element, 0);
    for (const name of ['[data-age]', '[data-coil]', '[data-verdict]'])
      setText(element.querySelector(name), '');
  }

  return {
    element,
    picture,
    clear,
    hasNewest: () => newest !== null,
    /** Shows the channel's newest image, or clears the tile when it was deleted. */
    update(image) {
      if (image.deleted) return clear();
      const name = `${image.id}.${image.revision}`;
      if (newest === name) return;
      const isInPage = newest === null && element.dataset.image === name;
      newest = name;
      if (isInPage) {
        writeCaption(image);
        picture.adopt(image);
      } else picture.show(image);
    },
  };
}

/** The picture fills its holder's width or height, whichever it reaches first. */
function shownWidth(holder, image) {
  const aspect = image?.naturalWidth ? image.naturalWidth / image.naturalHeight : 4 / 3;
  return Math.min(holder.clientWidth, holder.clientHeight * aspect) || defaultWidthPx;
}
