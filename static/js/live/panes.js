/* The panes of one camera (original, labeled, or both) and what they say together. */
import { createPane, shownWidth } from './pane.js';

const { setText } = window.linesight;

export function createPanes(stage, { siteTime, now, scale }) {
  const panes = new Map();
  for (const element of stage.querySelectorAll('.live-pane')) {
    const pane = createPane(element, {
      siteTime,
      now,
      scale,
      isPast: () => Boolean(stage.dataset.past),
      noImage: stage.dataset.noImage,
      onShown: (image) => {
        showCoil(image);
        showTimeMismatch();
      },
    });
    panes.set(element.dataset.channel, pane);
  }

  const setCoil = (text) => setText(document.querySelector('.live-coil-now [data-coil]'), text);

  /** The page names the coil of its latest picture. */
  function showCoil(image) {
    const isLatest = [...panes.values()].every((pane) => pane.capturedAt() <= image.captured_at);
    if (isLatest) setCoil(image.coil_number ?? image.part ?? '–');
  }

  /** Pictures of different times laid over each other mislead, so a note says it. */
  function showTimeMismatch() {
    const note = stage.querySelector('[data-differs]');
    const seconds = [...panes.values()].map((pane) => Math.floor(pane.capturedAt() / 1000));
    note.hidden = seconds.length < 2 || seconds.some((second) => second === 0) || seconds[0] === seconds[1];
  }

  /** Pairs every pane with the same one of another page. */
  function forEachPair(root, action) {
    for (const element of root.querySelectorAll('.live-pane')) {
      const pane = panes.get(element.dataset.channel);
      if (pane) action(pane, element);
    }
  }

  return {
    /** The feed's query for these channels. */
    query: (coil) => {
      const search = new URLSearchParams([...panes.keys()].map((channel) => ['channels', channel]));
      if (coil) search.set('coil', coil);
      return search.toString();
    },
    /** Shows a channel's newest image; returns whether it differs from the last one. */
    update: (image) => panes.get(image.type)?.update(image) ?? false,
    /** Shows what the stage of another page shows. */
    copyFrom(nextStage) {
      stage.dataset.past = 'liveMode' in nextStage.dataset ? '' : '1';
      forEachPair(nextStage, (pane, next) => pane.copyFrom(next));
      setCoil(nextStage.ownerDocument.querySelector('.live-coil-now [data-coil]')?.textContent ?? '–');
      showTimeMismatch();
    },
    /** Takes over from the server's page which cameras are silent or offline. */
    copyStatesFrom(page) {
      forEachPair(page, (pane, next) => pane.copyStateFrom(next));
    },
    /** Loads larger versions where the zoom needs them. */
    refine() {
      for (const pane of panes.values()) pane.refine();
    },
    resume() {
      for (const pane of panes.values()) pane.resume();
    },
    /** The scale of one screen pixel per picture pixel. */
    oneToOne(view) {
      const image = view?.querySelector('img');
      if (!image) return 1;
      const shown = shownWidth(view.querySelector('.live-sheet'), image) * (window.devicePixelRatio || 1);
      return Math.max(1, image.naturalWidth / shown);
    },
  };
}
