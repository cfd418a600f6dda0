import type { Page } from './http.ts';

const type = 'text/plain; version=0.0.4';

/** `/metrics`, for who collects them: Prometheus' text format; 500 where there is none. */
export const metricsPage = (exposition: () => Promise<string>): Readonly<Record<string, Page>> => ({
  '/metrics': () =>
    exposition().then(
      (body) => ({ status: 200, type, body }),
      () => ({ status: 500, type: 'text/plain', body: 'No metrics\n' }),
    ),
});
