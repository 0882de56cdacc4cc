/* One pane of the camera page: a picture, its caption and its state. */
import { fittedWidth } from '../pictures/zoom.js';
import { sizeInWords, tickPictures, writeClockAhead } from './ages.js';
import { createPicture } from './picture.js';

const { setText } = window.linesight;

const defaultWidthPx = 640;
const usualShape = { width: 4, height: 3 };

/**
 * `scale()` is the zoom, `now()` the server's time or null, `isPast()` whether the page shows the past;
 * `onShown(image)` runs after the caption has changed with the picture.
 */
export function createPane(element, { siteTime, now, scale, isPast, noImage, onShown }) {
  const sheet = element.querySelector('.live-sheet');
  const picture = createPicture(sheet, {
    pixelsWide: () => shownWidth(sheet, picture.element()) * scale(),
    isFull: () => scale() > 1,
    altOf: () => picture.element()?.alt ?? '',
    onShown: writeCaption,
  });
  /** Id and revision of the newest image, which may still be loading. */
  let newest = element.dataset.image || null;
  /** Device pixels last asked for while zoomed. */
  let refinedWidth = 0;
  if (newest) picture.adopt(imageOf(element));

  function writeCaption(image) {
    const { dataset } = element;
    dataset.captured = image.captured_at;
    dataset.seen = image.seen_at;
    dataset.image = `${image.id}.${image.revision}`;
    dataset.original = image.original;
    if (dataset.state === 'none' || dataset.state === 'missing') dataset.state = isPast() ? 'past' : 'fresh';
    // An image of a page, not of a message: the caption came with the page.
    if (image.filename === undefined) return;
    setText(element.querySelector('[data-clock]'), siteTime.time(image.captured_at));
    setText(element.querySelector('[data-size]'), sizeInWords(image.size));
    setText(element.querySelector('[data-verdict]'), image.verdict ?? '');
    element.classList.toggle('is-ng', image.verdict === 'NG');
    writeClockAhead(element, image.clock_ahead_ms);
    const link = element.querySelector('[data-download]');
    link.href = image.original;
    link.download = image.filename;
    link.title = image.filename;
    link.hidden = false;
    onShown(image);
    tickPictures([element], now());
  }

  function clear() {
    newest = null;
    picture.clear();
    element.dataset.captured = '';
    element.dataset.seen = '';
    element.dataset.state = 'none';
    element.querySelector('[data-word]').textContent = noImage;
  }

  function replacePart(selector, nextElement) {
    element.querySelector(selector).replaceWith(document.adoptNode(nextElement.querySelector(selector)));
  }

  return {
    resume: picture.resume,
    capturedAt: () => Number(element.dataset.captured),
    /** Shows the newest image of the channel; returns whether it differs from the last one. */
    update(image) {
      if (image.deleted) {
        clear();
        return true;
      }
      const name = `${image.id}.${image.revision}`;
      if (newest === name && element.dataset.image === name) {
        writeCaption(image);
        return false;
      }
      newest = name;
      picture.show(image);
      return true;
    },
    /** Shows what the same pane of another page shows. */
    copyFrom(next) {
      const { captured, seen, image, state, staleMs, silent, original } = next.dataset;
      Object.assign(element.dataset, { captured, seen, state, staleMs, silent, original });
      replacePart('figcaption', next);
      replacePart('[data-word]', next);
      newest = image || null;
      if (!image) picture.clear();
      else if (element.dataset.image !== image) picture.show(imageOf(next));
    },
    /** Takes over whether the camera is silent or offline, and the text for it. */
    copyStateFrom(next) {
      element.dataset.silent = next.dataset.silent;
      element.dataset.staleMs = next.dataset.staleMs;
      element.toggleAttribute('data-offline', next.hasAttribute('data-offline'));
      if (next.dataset.state !== 'offline') return;
      element.dataset.state = 'offline';
      replacePart('[data-word]', next);
    },
    /** Loads a larger version where the zoom needs one. */
    refine() {
      const image = picture.element();
      const needed = shownWidth(sheet, image) * scale() * (window.devicePixelRatio || 1);
      if (image && sheet.clientWidth > 0 && image.naturalWidth < needed && refinedWidth < needed) {
        refinedWidth = needed;
        picture.refine();
      }
      if (scale() === 1) refinedWidth = 0;
    },
  };
}

/** The picture that a page was rendered with, in the shape of a message's image. */
function imageOf(element) {
  const { captured, seen, image, original, channel } = element.dataset;
  const [id, revision] = image.split('.');
  const source = element.querySelector('img')?.getAttribute('src') ?? '';
  return {
    id,
    revision,
    type: channel,
    captured_at: Number(captured),
    seen_at: Number(seen),
    original,
    base: source.replace(/\d+\.\w+$/, ''),
  };
}

/** How wide a picture that is not enlarged is shown, CSS pixels. */
export function shownWidth(sheet, image) {
  const { naturalWidth: width = 0, naturalHeight: height = 0 } = image ?? {};
  return fittedWidth(sheet, width > 0 ? { width, height } : usualShape) || defaultWidthPx;
}
