/*
 * Shared by every script of a page: ages in the reader's language, the age of the data, text updates without needless DOM changes, one
 * reload per server version. A plain script under a hashed name, loaded first: modules cannot be imported by a hashed
 * name, and plain names are revalidated on every page.
 */
window.linesight = (() => {
  const minuteSec = 60;
  const hourSec = 3_600;
  const daySec = 86_400;

  /**
   * "4 s ago", in the largest unit; hours up to two days. Seconds round up, so that nothing looks younger than it is.
   * The texts in the page's language are attributes of its root element.
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

  let clockFormat;

  /** The clock of a wall, by the server's time in the time zone of the plant. */
  function showClock(serverNow) {
    const clock = document.querySelector('[data-clock]');
    if (!clock) return;
    const options = { timeZone: clock.dataset.zone, hourCycle: 'h23', hour: '2-digit', minute: '2-digit' };
    clockFormat ??= new Intl.DateTimeFormat('en-GB', options);
    setText(clock, clockFormat.format(serverNow));
  }

  /** The badge in the bar shows the data of the fragment that the server keeps fresh, as old as it is by its clock. */
  function showDataAge(serverNow) {
    showClock(serverNow);
    const badge = document.getElementById('connection');
    const data = document.getElementById('plant-data')?.dataset;
    if (!badge || !data) return;
    badge.dataset.plant = data.plant;
    showSign(data);
    for (const time of badge.querySelectorAll('[data-age-of]')) {
      const at = Number(data[`${time.dataset.ageOf}At`]);
      time.parentElement.hidden = at === 0;
      if (at !== 0) setText(time, ageInWords(serverNow - at));
    }
  }

  /** Title and icon say what is wrong in the plant. */
  function showSign(data = document.getElementById('plant-data')?.dataset) {
    const title = document.querySelector('title');
    const icon = document.querySelector('link[rel="icon"]');
    if (!data || !title?.dataset.title) return;
    const text = data.sign ? `${data.sign} · ${title.dataset.title}` : title.dataset.title;
    if (document.title !== text) document.title = text;
    const href = data.sign ? icon.dataset.alert : icon.dataset.calm;
    if (icon.getAttribute('href') !== href) icon.setAttribute('href', href);
  }

  /** Leaves equal text untouched, which keeps a selection in it and triggers no observers. */
  function setText(element, text) {
    if (element && element.textContent !== text) element.textContent = text;
  }

  /** Whether keys typed at this element are its input rather than shortcuts. */
  function isTextField(element) {
    return element.matches('input:not([type="radio"]), select, textarea:not([readonly]), [contenteditable]');
  }

  /** Once per version, and not while a form field has the focus. */
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

  return { ageInWords, setText, showDataAge, showSign, isTextField, reloadForVersion };
})();
