// Starts Swagger UI: with this server alone, and nothing sent anywhere else.
const named = document.getElementById(location.hash.slice(1));

SwaggerUIBundle({
  url: '/api/v1/openapi.json',
  dom_id: '#api',
  validatorUrl: null,
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
  syntaxHighlight: { activated: false },
});

// While it grows, what the address names would move away; until somebody goes elsewhere.
const growth = new ResizeObserver(() => named?.scrollIntoView());
growth.observe(document.getElementById('api'));
for (const move of ['pointerdown', 'wheel', 'keydown']) addEventListener(move, () => growth.disconnect(), { once: true });
