import type { Page } from './http.ts';
import type { Readiness } from './readiness.ts';

/** `/healthz`: this process lives, for who would restart it; `/readyz`: it can take calls, for who sends them here. */
export const healthPages = (readiness: Pick<Readiness, 'report'>): Readonly<Record<string, Page>> => ({
  '/healthz': async () => json(200, { alive: true }),
  '/readyz': async () => {
    const report = await readiness.report();
    return json(report.ready ? 200 : 503, report);
  },
});

const json = (status: number, content: object) => ({
  status,
  type: 'application/json',
  body: `${JSON.stringify(content)}\n`,
});
