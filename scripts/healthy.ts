/**
 * Asks the service of this configuration how it is, and says so: `healthy.ts` whether it lives, `healthy.ts readyz`
 * whether it can take calls. Exits with 0 for yes and 1 for no.
 */
import { healthPort, readConfig } from '../src/config.ts';

const patienceMs = 4_000;
/** Who listens everywhere is reached here. */
const everywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

const [page = 'healthz'] = process.argv.slice(2);
try {
  const { HEALTH_HOST, HEALTH_PORT = healthPort } = readConfig(process.env);
  const host = everywhere[HEALTH_HOST] ?? HEALTH_HOST;
  const at = `http://${host.includes(':') ? `[${host}]` : host}:${HEALTH_PORT}/${page}`;
  const answer = await fetch(at, { signal: AbortSignal.timeout(patienceMs) });
  console.log((await answer.text()).trim());
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  const { message, cause } = error as Error;
  console.error(cause instanceof Error ? `${message}: ${cause.message}` : message);
  process.exitCode = 1;
}
