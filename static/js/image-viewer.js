/* The page of one image: zoom, pan, and arrow keys to its neighbours. Without this file the image fits the stage and the neighbours are links. */
(() => {
  const { isTextField } = window.linesight;

  /** Screen pixels per image pixel. */
  const minScale = 0.05;
  const maxScale = 16;
  const scaleStep = 1.25;

  const keys = { '+': 'in', '=': 'in', '-': 'out', 0: 'fit', 1: 'one', Escape: 'fit' };
  const frame = document.querySelector('[data-viewer]');
  const stage = frame?.querySelector('.viewer-stage');
  const zoom = stage && createZoom(stage, frame.querySelector('[data-zoom-value]'));

  /** Zooms the image by its width and height, so that the stage pans by its own scroll bars and by touch. */
  function createZoom(stage, output) {
    const image = stage.querySelector('img');
    /** Null while the image fits the stage, whatever its size. */
    let scale = null;

    const fitScale = () =>
      Math.min(stage.clientWidth / image.naturalWidth, stage.clientHeight / image.naturalHeight) || 1;
    const currentScale = () => scale ?? fitScale();

    function show() {
      output.textContent = `${Math.round(currentScale() * 100)} %`;
      stage.classList.toggle('is-zoomed', scale !== null);
    }

    /** Keeps the image point under `x`, `y` (stage coordinates) where it is; null fits the stage. */
    function zoomTo(next, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
      const before = currentScale();
      const margin = (outer, inner) => Math.max(0, (outer - inner) / 2);
      const imageX = (stage.scrollLeft + x - margin(stage.clientWidth, image.naturalWidth * before)) / before;
      const imageY =
        (stage.scrollTop + y - margin(stage.clientHeight, image.naturalHeight * before)) / before;
      scale = next === null ? null : Math.min(Math.max(maxScale, fitScale()), Math.max(minScale, next));
      image.style.width = scale === null ? '' : `${image.naturalWidth * scale}px`;
      image.style.height = scale === null ? '' : `${image.naturalHeight * scale}px`;
      show();
      if (scale === null) return;
      stage.scrollLeft = imageX * scale + margin(stage.clientWidth, image.naturalWidth * scale) - x;
      stage.scrollTop = imageY * scale + margin(stage.clientHeight, image.naturalHeight * scale) - y;
    }

    const zoomBy = (factor, x, y) => zoomTo(currentScale() * factor, x, y);
    const actions = {
      in: () => zoomBy(scaleStep),
      out: () => zoomBy(1 / scaleStep),
      fit: () => zoomTo(null),
      one: () => zoomTo(1),
    };

    image.draggable = false;
    if (image.complete) show();
    image.addEventListener('load', show);
    window.addEventListener('resize', show);
    return {
      zoomBy,
      act: (name) => actions[name](),
      isActive: () => scale !== null,
      /** Larger than the stage: arrow keys pan. */
      isEnlarged: () => scale !== null && scale > fitScale(),
      /** Fits the stage, or enlarges around the point. */
      toggle: (x, y) => zoomTo(scale === null ? Math.max(1, fitScale() * 2) : null, x, y),
    };
  }

  function startZoomControls() {
    frame.querySelector('[data-zoom-tools]').hidden = false;
    frame.addEventListener('click', ({ target }) => {
      const button = target.closest('[data-zoom]');
      if (button) zoom.act(button.dataset.zoom);
    });
    stage.addEventListener('dblclick', ({ offsetX, offsetY }) => zoom.toggle(offsetX, offsetY));
    stage.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        const box = stage.getBoundingClientRect();
        const factor = event.deltaY < 0 ? scaleStep : 1 / scaleStep;
        zoom.zoomBy(factor, event.clientX - box.left, event.clientY - box.top);
      },
      { passive: false },
    );
  }

  /** Touch pans by scrolling; only a mouse needs this. */
  function startMousePan() {
    let grip = null;
    stage.addEventListener('pointerdown', (event) => {
      if (!zoom.isActive() || event.pointerType !== 'mouse' || event.button !== 0) return;
      grip = { x: event.clientX + stage.scrollLeft, y: event.clientY + stage.scrollTop };
      stage.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    stage.addEventListener('pointermove', (event) => {
      if (grip) stage.scrollTo(grip.x - event.clientX, grip.y - event.clientY);
    });
    for (const end of ['pointerup', 'pointercancel']) {
      stage.addEventListener(end, () => {
        grip = null;
      });
    }
  }

  /** Arrow keys open the neighbours, with Shift the next NG; in an enlarged image the plain ones pan. */
  function openNeighbour(event) {
    const name = { ArrowLeft: 'previous', ArrowRight: 'next' }[event.key];
    const link = name && document.querySelector(`[data-go="${name}${event.shiftKey ? 'Ng' : ''}"]`);
    if (!link || (zoom?.isEnlarged() && !event.shiftKey)) return;
    event.preventDefault();
    link.click();
  }

  if (zoom) {
    startZoomControls();
    startMousePan();
  }
  document.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || isTextField(event.target)) return;
    openNeighbour(event);
    if (event.key in keys) zoom?.act(keys[event.key]);
  });
})();
