/*
 * A wall: turns its pages, and is left by Esc and shown full screen by F. What can be pressed appears while somebody moves
 * the pointer or touches the screen. A list of more tiles than have room is a page after the other of its own order.
 */
(() => {
  const { isTextField, setText } = window.linesight;
  const root = document.documentElement;
  const board = document.getElementById('wall-board');
  const turn = document.querySelector('[data-wall-turn]');
  const help = document.querySelector('[data-wall-help]');
  const usualDwellMs = 15_000;
  /** How long the buttons stay after the last movement. */
  const helpMs = 5_000;
  const dwellMs = Number(board?.dataset.dwellMs) || usualDwellMs;

  const boardPages = () => [...(board?.querySelectorAll('.wall-page') ?? [])];

  /** How many pages there are now; a list gains and loses tiles. */
  function countPages() {
    if (board) return boardPages().length;
    const list = document.querySelector('[data-page-size]');
    if (!list) return 1;
    const tiles = list.querySelectorAll(':scope > .tile, :scope > .row:not(.row-head)').length;
    return Math.max(1, Math.ceil(tiles / Number(list.dataset.pageSize)));
  }

  const version = () => document.querySelector('[data-wall-version]')?.dataset.wallVersion;
  const shownVersion = version();

  let page = Math.max(
    0,
    boardPages().findIndex((one) => !one.hidden),
  );
  let turnAt = performance.now() + dwellMs;

  function show() {
    const count = countPages();
    page = ((page % count) + count) % count;
    if (turn && !document.getElementById('live-wall')) {
      turn.hidden = count < 2;
      setText(turn, `${page + 1} / ${count}`);
    }
    for (const button of document.querySelectorAll('[data-wall-step]')) button.hidden = count < 2;
    const shown = boardPages()[page];
    if (!board) root.dataset.wallPage = page + 1;
    if (!shown?.hidden) return;
    for (const one of boardPages()) one.hidden = one !== shown;
    document.dispatchEvent(new CustomEvent('wall:turned'));
  }

  function step(by) {
    page += by;
    turnAt = performance.now() + dwellMs;
    show();
  }

  function fullScreen() {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void root.requestFullscreen?.().catch(() => {});
  }

  function startHelp() {
    const full = help.querySelector('[data-wall-full]');
    full.hidden = !root.requestFullscreen;
    full.addEventListener('click', fullScreen);
    for (const button of help.querySelectorAll('[data-wall-step]'))
      button.addEventListener('click', () => step(Number(button.dataset.wallStep)));
    let timer;
    const appear = () => {
      root.dataset.touched = '';
      clearTimeout(timer);
      timer = setTimeout(() => delete root.dataset.touched, helpMs);
    };
    document.addEventListener('pointermove', appear);
    document.addEventListener('pointerdown', appear);
  }

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || isTextField(event.target)) return;
    if (event.key === 'f' || event.key === 'F') fullScreen();
    else if (event.key === 'Escape' && !document.fullscreenElement)
      help?.querySelector('[data-wall-leave]')?.click();
    else if (event.key === 'ArrowRight') step(1);
    else if (event.key === 'ArrowLeft') step(-1);
    else return;
    event.preventDefault();
  });

  if (help) startHelp();
  show();
  setInterval(() => {
    // Somebody changed the wall: what hangs there, its period, or that it is there at all.
    if (version() !== shownVersion) return location.reload();
    if (!document.hidden && performance.now() >= turnAt) step(1);
    else show();
  }, 1_000);
})();
