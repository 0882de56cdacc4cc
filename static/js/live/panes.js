/* The pictures of one camera and what stands under them. */
import { sizeInWords, tickPictures } from './ages.js';
import { createPicture } from './picture.js';

const { setText } = window.linesight;

export function createPanes(stage, { siteTime, now, scale }) {
  const panes = new Map();
  for (const element of stage.querySelectorAll('.live-pane'))
    panes.set(element.dataset.channel, createPane(element));

  function createPane(element) {
    const sheet = element.querySelector('.live-sheet');
    const picture = createPicture(sheet, {
      pixelsWide: () => pictureWidth(sheet, picture.element()) * scale(),
      isFull: () => scale() > 1,
      altOf: () => picture.element()?.alt ?? '',
      onShown: (image) => write(element, image),
    });
    const pane = { element, picture, newest: element.dataset.image || null, width: 0 };
    if (pane.newest) picture.adopt(imageOf(element));
    return pane;
  }

  /** A picture that came with the page, as the server's messages describe one. */
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

  function pictureWidth(sheet, image) {
    const aspect = image?.naturalWidth ? image.naturalWidth / image.naturalHeight : 4 / 3;
    return Math.min(sheet.clientWidth, sheet.clientHeight * aspect) || 640;
  }

  function write(element, image) {
    const { dataset } = element;
    dataset.captured = image.captured_at;
    dataset.seen = image.seen_at;
    dataset.image = `${image.id}.${image.revision}`;
    dataset.original = image.original;
    if (dataset.state === 'none' || dataset.state === 'missing')
      dataset.state = stage.dataset.past ? 'past' : 'fresh';
    if (image.filename === undefined) return;
    setText(element.querySelector('[data-clock]'), siteTime.time(image.captured_at));
    setText(element.querySelector('[data-size]'), sizeInWords(image.size));
    setText(element.querySelector('[data-verdict]'), image.verdict ?? '');
    element.classList.toggle('is-ng', image.verdict === 'NG');
    const link = element.querySelector('[data-download]');
    link.href = image.original;
    link.download = image.filename;
    link.title = image.filename;
    link.hidden = false;
    const isNewest = [...panes.values()].every(
      ({ element: { dataset: other } }) => Number(other.captured) <= image.captured_at,
    );
    if (isNewest)
      setText(document.querySelector('.live-coil-now [data-coil]'), image.coil_number ?? image.part ?? '–');
    tickPictures([element], now());
    tellDifference();
  }

  /** Pictures over each other that were not taken together would tell something wrong. */
  function tellDifference() {
    const note = stage.querySelector('[data-differs]');
    const seconds = [...panes.values()].map(({ element }) =>
      Math.floor(Number(element.dataset.captured) / 1000),
    );
    note.hidden = seconds.length < 2 || seconds.some((second) => second === 0) || seconds[0] === seconds[1];
  }

  return {
    /** What the feed is asked for. */
    query: (coil) => {
      const search = new URLSearchParams([...panes.keys()].map((channel) => ['channels', channel]));
      if (coil) search.set('coil', coil);
      return search.toString();
    },
    /** A new newest picture; whether it is another one than before. */
    show(image) {
      const pane = panes.get(image.type);
      if (!pane) return false;
      if (image.deleted) {
        pane.newest = null;
        pane.picture.clear();
        pane.element.dataset.captured = '';
        pane.element.dataset.seen = '';
        pane.element.dataset.state = 'none';
        pane.element.querySelector('[data-word]').textContent = stage.dataset.noImage;
        return true;
      }
      const name = `${image.id}.${image.revision}`;
      if (pane.newest === name && pane.element.dataset.image === name) {
        write(pane.element, image);
        return false;
      }
      pane.newest = name;
      pane.picture.show(image);
      return true;
    },
    /** Takes the pictures of another state of the page. */
    take(next) {
      stage.dataset.past = 'liveMode' in next.dataset ? '' : '1';
      for (const element of next.querySelectorAll('.live-pane')) {
        const pane = panes.get(element.dataset.channel);
        if (!pane) continue;
        const { captured, seen, image, state, staleMs, silent, original } = element.dataset;
        Object.assign(pane.element.dataset, { captured, seen, state, staleMs, silent, original });
        pane.element
          .querySelector('figcaption')
          .replaceWith(document.adoptNode(element.querySelector('figcaption')));
        pane.element
          .querySelector('[data-word]')
          .replaceWith(document.adoptNode(element.querySelector('[data-word]')));
        pane.newest = image || null;
        if (!image) pane.picture.clear();
        else if (pane.element.dataset.image !== image) pane.picture.show(imageOf(element));
      }
      setText(
        document.querySelector('.live-coil-now [data-coil]'),
        next.ownerDocument.querySelector('.live-coil-now [data-coil]')?.textContent ?? '–',
      );
      tellDifference();
    },
    /** Whether a camera is silent or offline, in the server's words. */
    takeStates(page) {
      for (const element of page.querySelectorAll('.live-pane')) {
        const pane = panes.get(element.dataset.channel);
        if (!pane) continue;
        pane.element.dataset.silent = element.dataset.silent;
        pane.element.dataset.staleMs = element.dataset.staleMs;
        pane.element.toggleAttribute('data-offline', element.hasAttribute('data-offline'));
        if (element.dataset.state === 'offline') {
          pane.element.dataset.state = 'offline';
          pane.element
            .querySelector('[data-word]')
            .replaceWith(document.adoptNode(element.querySelector('[data-word]')));
        }
      }
    },
    /** Loads finer pixels where the zoom asks for them. */
    refine() {
      for (const pane of panes.values()) {
        const sheet = pane.element.querySelector('.live-sheet');
        const image = pane.picture.element();
        const needed = pictureWidth(sheet, image) * scale() * (window.devicePixelRatio || 1);
        if (image && sheet.clientWidth > 0 && image.naturalWidth < needed && pane.width < needed) {
          pane.width = needed;
          pane.picture.refine();
        }
        if (scale() === 1) pane.width = 0;
      }
    },
    resume() {
      for (const { picture } of panes.values()) picture.resume();
    },
    /** The scale at which a pixel of the picture is one of the screen. */
    oneToOne(view) {
      const image = view?.querySelector('img');
      if (!image) return 1;
      const shown = pictureWidth(view.querySelector('.live-sheet'), image) * (window.devicePixelRatio || 1);
      return Math.max(1, image.naturalWidth / shown);
    },
  };
}
