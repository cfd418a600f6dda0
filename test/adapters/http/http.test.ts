import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { healthPages } from '../../../src/adapters/http/health.ts';
import { CannotListen, type Http, startHttp } from '../../../src/adapters/http/http.ts';
import { metricsPage } from '../../../src/adapters/http/metrics.ts';
import type { Report } from '../../../src/adapters/http/readiness.ts';
import { stopwatch } from '../../support/stopwatch.ts';

const well: Report = { ready: true, parts: { database: { ok: true, is: 'answers' } } };
const ill: Report = { ready: false, parts: { database: { ok: false, is: 'does not answer' } } };
const report = vi.fn<() => Promise<Report>>();
const exposition = vi.fn<() => Promise<string>>();
let http: Http;

beforeEach(async () => {
  report.mockReset().mockResolvedValue(well);
  exposition.mockReset().mockResolvedValue('siptg_ready 1\n');
  const pages = { ...healthPages({ report }), ...metricsPage(exposition) };
  http = await startHttp({ host: '127.0.0.1', port: 0, pages });
});
afterEach(() => http.close());

const ask = (path: string, method = 'GET', body?: string) =>
  fetch(`http://127.0.0.1:${http.port}${path}`, { method, ...(body !== undefined && { body }) });

test('/readyz says 200 when all is well and 503 when a part is not, and how each part is', async () => {
  const good = await ask('/readyz');
  expect([good.status, await good.json()]).toEqual([200, well]);
  expect(good.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(good.headers.get('cache-control')).toBe('no-store');
  report.mockResolvedValue(ill);
  const bad = await ask('/readyz?verbose=1');
  expect([bad.status, await bad.json()]).toEqual([503, ill]);
});

test('/healthz says 200 as long as the process answers, whatever its parts are', async () => {
  report.mockRejectedValue(new Error('never asked'));
  const answer = await ask('/healthz');
  expect([answer.status, await answer.json()]).toEqual([200, { alive: true }]);
  expect(report).not.toHaveBeenCalled();
});

test('/metrics says what is counted, as Prometheus reads it; that there is nothing ends no process', async () => {
  const good = await ask('/metrics');
  expect([good.status, await good.text()]).toEqual([200, 'siptg_ready 1\n']);
  expect(good.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  exposition.mockRejectedValue(new Error('4930123'));
  const bad = await ask('/metrics');
  expect([bad.status, await bad.text()]).toEqual([500, 'No metrics\n']);
});

test('HEAD is answered like GET, without the body', async () => {
  report.mockResolvedValue(ill);
  const answer = await ask('/readyz', 'HEAD');
  expect([answer.status, await answer.text()]).toEqual([503, '']);
  expect(Number(answer.headers.get('content-length'))).toBe(JSON.stringify(ill).length + 1);
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is not allowed on what there is', async (method) => {
  const answer = await ask('/readyz', method, method === 'POST' ? 'x'.repeat(100_000) : undefined);
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  expect(report).not.toHaveBeenCalled();
});

test.each(['/', '/readyz/', '/healthz/x', '//readyz', '/constructor', '/__proto__', '/metrics/x'])(
  '%s is not found',
  async (path) => {
    expect((await ask(path)).status).toBe(404);
    expect((await ask(path, 'POST')).status).toBe(404);
  },
);

test('what is no request is refused and ends nothing', async () => {
  for (const sent of [
    '\r\n\r\n\0\0\0',
    `GET /readyz HTTP/1.1\r\nx: ${'y'.repeat(8_000)}\r\n\r\n`,
    'GET * HTTP/9\r\n\r\n',
  ]) {
    const socket = connect(http.port, '127.0.0.1');
    socket.end(sent);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 4\d\d /);
  }
  expect((await ask('/healthz')).status).toBe(200);
});

test('whoever holds connections open without a word does not delay the end', async () => {
  const sockets = Array.from({ length: 8 }, () => connect(http.port, '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  await ask('/healthz');
  const elapsed = stopwatch();
  await http.close();
  expect(elapsed()).toBeLessThan(1_000);
  await Promise.all(sockets.map(async (socket) => socket.destroyed || (await once(socket, 'close'))));
  await expect(ask('/healthz')).rejects.toThrow('fetch failed');
  http = await startHttp({ host: '127.0.0.1', port: 0, pages: {} });
});

test('a port that somebody has is named', async () => {
  const second = startHttp({ host: '127.0.0.1', port: http.port, pages: {} });
  await expect(second).rejects.toThrow(CannotListen);
  await expect(second).rejects.toThrow(`127.0.0.1:${http.port} cannot be listened on (EADDRINUSE)`);
});
