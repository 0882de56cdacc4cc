import type { BrowserContext, Page } from 'playwright-core';

/** What a page did, in order. */
export type Witnessed = {
  /** Things that moved without being touched: how much (the layout shift score) and what. */
  shifts: { value: number; moved: string[] }[];
  /** Animations that really began: their name and the element, as `<nearest id> <label or tag>`. */
  animations: { name: string; element: string }[];
  /** Images that were loaded. */
  images: { path: string }[];
  /** Texts of figures that became others. */
  texts: { element: string; text: string }[];
};

/** Runs in every page before anything else does. */
const script = `{
  const nameOf = (element) => element.closest?.('[id]')?.id + ' ' + (element.previousElementSibling?.textContent || element.localName || element.nodeName);
  const empty = () => ({ shifts: [], animations: [], images: [], texts: [] });
  let seen = empty();
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      // Words that grow where they stand have not moved.
      const moved = sources.filter(({ previousRect: from, currentRect: to }) => from.x !== to.x || from.y !== to.y);
      const isMoved = !hadRecentInput && (moved.length > 0 || sources.length === 0);
      if (isMoved) seen.shifts.push({ value, moved: moved.map(({ node }) => (node ? nameOf(node) : 'gone')) });
    }
  }).observe({ type: 'layout-shift', buffered: true });
  document.addEventListener('animationstart', ({ animationName, target }) =>
    seen.animations.push({ name: animationName, element: nameOf(target) }));
  document.addEventListener('load', ({ target }) => {
    if (target.localName === 'img') seen.images.push({ path: new URL(target.src).pathname });
  }, true);
  document.addEventListener('DOMContentLoaded', () => {
    window.sameDocument = true;
    new MutationObserver(() => {
      for (const figure of document.querySelectorAll('[data-flash]')) {
        if (figure.witnessedText === figure.textContent) continue;
        figure.witnessedText = figure.textContent;
        seen.texts.push({ element: nameOf(figure), text: figure.textContent });
      }
    }).observe(document.documentElement, { childList: true, subtree: true, characterData: true });
  });
  window.witnessed = () => seen;
  window.forgetWitnessed = () => { seen = empty(); };
}`;

/** Lets every page of a context be watched from its first moment on. */
export async function addWitness(context: BrowserContext): Promise<void> {
  await context.addInitScript(script);
}

/** What the page did since it was loaded or the record was cleared. */
export function readWitnessed(page: Page): Promise<Witnessed> {
  return page.evaluate<Witnessed>('witnessed()');
}

export async function forgetWitnessed(page: Page): Promise<void> {
  await page.evaluate('forgetWitnessed()');
}
