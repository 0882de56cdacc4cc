/*
 * What every script of a page needs: ages in the reader's words, texts that change only when they differ, and one
 * reload per version of the server. A plain script under a hashed name, first in the page, because modules cannot be
 * imported by a hashed name and plain names are revalidated on every page.
 */
window.linesight = (() => {
  const minuteSec = 60;
  const hourSec = 3_600;
  const daySec = 86_400;

  /**
   * "4 s ago", in the largest unit; hours until two days have passed. Begun seconds count, so that nothing looks
   * younger than it is. The words are those of the page's language, in attributes of its root.
   */
  function ageInWords(ms) {
    const { agoNow, agoS, agoM, agoH, agoD } = document.documentElement.dataset;
    if (ms < 1_000) return agoNow;
    const seconds = Math.ceil(ms / 1_000);
    const inUnits = (words, unitSec) => words.replace('{n}', Math.floor(seconds / unitSec));
    if (seconds < minuteSec) return inUnits(agoS, 1);
    if (seconds < hourSec) return inUnits(agoM, minuteSec);
    if (seconds < 2 * daySec) return inUnits(agoH, hourSec);
    return inUnits(agoD, daySec);
  }

  /** Leaves equal text alone: a selection in it survives, and observers are not woken. */
  function setText(element, text) {
    if (element && element.textContent !== text) element.textContent = text;
  }

  /** Not while somebody fills in a form, and once per version. */
  function reloadForVersion(version) {
    if (document.activeElement?.matches('input:not([type="radio"], [type="range"]), select, textarea'))
      return;
    try {
      if (sessionStorage.getItem('reloaded-for') === version) return;
      sessionStorage.setItem('reloaded-for', version);
    } catch {
      return;
    }
    location.reload();
  }

  return { ageInWords, setText, reloadForVersion };
})();
