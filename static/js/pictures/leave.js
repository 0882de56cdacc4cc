/**
 * Returns to the list: to the page before, where this one was opened from a page of ours that `isList` (a path) accepts, so
 * that the list is at its place; else by the link.
 */
export function leave(link, isList = () => true) {
  const from = document.referrer === '' ? null : new URL(document.referrer);
  if (from?.origin === location.origin && history.length > 1 && isList(from.pathname)) history.back();
  else link.click();
}
