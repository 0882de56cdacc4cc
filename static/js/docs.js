/* Turns the list of requests into one that can be tried. Without this file the list stays. */
(() => {
  const place = document.querySelector('[data-openapi]');
  if (!place || !window.SwaggerUIBundle) return;
  const isDark = () => {
    const { theme } = document.documentElement.dataset;
    return theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  };
  document.documentElement.classList.toggle('dark-mode', isDark());
  window.SwaggerUIBundle({
    url: place.dataset.openapi,
    domNode: place,
    validatorUrl: null,
    deepLinking: false,
    defaultModelsExpandDepth: -1,
  });
  document.querySelector('[data-docs-list]').hidden = true;
})();
