/** Scrolls the strip of thumbnails, not the page, to the one it marks. */
export function scrollStripToMark() {
  const strip = document.querySelector('[data-strip]');
  const marked = strip?.querySelector('[aria-current]')?.getBoundingClientRect();
  if (!marked) return;
  const { left, right } = strip.getBoundingClientRect();
  if (marked.left < left || marked.right > right)
    strip.scrollLeft += (marked.left + marked.right - left - right) / 2;
}
