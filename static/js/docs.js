/* Turns the list of requests into one that can be tried. Without this file the list stays. */
(() => {
  const place = document.querySelector('[data-openapi]');
  if (!place || !window.SwaggerUIBundle) return;
  const root = document.documentElement;
  const systemDark = matchMedia('(prefers-color-scheme: dark)');
  const paper = matchMedia('print');
  const followTheme = () => {
    const { theme } = root.dataset;
    const isDark = theme === 'dark' || (theme === 'system' && systemDark.matches);
    root.classList.toggle('dark-mode', isDark && !paper.matches);
  };
  followTheme();
  systemDark.addEventListener('change', followTheme);
  paper.addEventListener('change', followTheme);
  new MutationObserver(followTheme).observe(root, { attributeFilter: ['data-theme'] });
  window.SwaggerUIBundle({
    url: place.dataset.openapi,
    domNode: place,
    validatorUrl: null,
    deepLinking: false,
    defaultModelsExpandDepth: -1,
  });
  document.querySelector('[data-docs-list]').hidden = true;
})();
