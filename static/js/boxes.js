/* Draws the boxes of a prediction over its image. Without this file the table of boxes stands alone. */
(() => {
  const svgOf = (name, values) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(values)) element.setAttribute(key, value);
    return element;
  };
  for (const place of document.querySelectorAll('[data-boxes]')) {
    const image = place.querySelector('img');
    const draw = () => {
      const { naturalWidth, naturalHeight } = image;
      if (!naturalWidth || place.querySelector('svg')) return;
      const svg = svgOf('svg', { viewBox: `0 0 ${naturalWidth} ${naturalHeight}`, 'aria-hidden': 'true' });
      for (const box of JSON.parse(place.dataset.boxes)) {
        const { x, y, width, height } = box;
        const rect = svgOf('rect', { x, y, width, height, class: `box-${box.tone}` });
        const title = svgOf('title', {});
        title.textContent = box.label;
        rect.append(title);
        svg.append(rect);
      }
      place.append(svg);
    };
    if (image.complete) draw();
    image.addEventListener('load', draw);
  }
})();
