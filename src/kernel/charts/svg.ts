/**
 * Pieces of SVG source, safe to print into a page unescaped.
 *
 * Classes of all charts, for the style sheet. Paths are strokes unless marked "filled". Whatever must look right without a
 * style sheet has presentation attributes, which any rule overrides. No chart has a style attribute.
 *   .chart        every chart's svg element
 *   .chart-bar    strokes as wide as a bar: all inspections of a bucket     .chart-ng   the share of NG, in the lane below
 *   .chart-gap    short strokes on the baseline where a bucket is empty
 *   .chart-line   value line (lineTrend, sparkline)                         .chart-band filled: between the limits
 *   .chart-limit  upper and lower limit, in steps                           .chart-center centre line, also .chart-limit
 *   .chart-out    filled circle: a point beyond its limits                  .chart-signal open square: a run rule signals
 *   .chart-axis   text of ticks                                             .chart-grid lines at the ticks
 *   .chart-series-<n> line n of several, also .chart-line                   .chart-event line across where something happened
 *   .chart-second every second text of time, also .chart-axis
 */

/** Escapes text or an attribute value for HTML and SVG. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A coordinate with at most one decimal, in its shortest SVG form: 12.3, .5, -.5, 0. */
export function coordinate(value: number): string {
  const rounded = Math.round(value * 10) / 10;
  return rounded === 0 ? '0' : String(rounded).replace(/^(-?)0\./, '$1.');
}

/**
 * The svg element of a chart. With a title it is an image of that name; without one it is hidden from screen readers,
 * because the text around it says the same. `attributes` and `content` must be escaped already.
 */
export function svgImage(attributes: string, title: string | undefined, content: string): string {
  if (title === undefined) return `<svg class="chart" aria-hidden="true" ${attributes}>${content}</svg>`;
  return `<svg class="chart" role="img" ${attributes}><title>${escapeText(title)}</title>${content}</svg>`;
}

/** A path of one class; nothing when there is nothing to draw. */
export function pathOf(className: string, d: string, attributes = ''): string {
  return d === '' ? '' : `<path class="${className}"${attributes} d="${d}"/>`;
}
