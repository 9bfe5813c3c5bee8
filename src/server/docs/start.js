// Starts Swagger UI: with this server alone, and nothing sent anywhere else.
SwaggerUIBundle({
  url: '/api/v1/openapi.json',
  dom_id: '#api',
  validatorUrl: null,
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
  syntaxHighlight: { activated: false },
  // What the address names has moved down meanwhile.
  onComplete: () => document.querySelector(':target')?.scrollIntoView(),
});
