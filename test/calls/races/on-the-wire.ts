import type { SipText } from '../../faults/support/sip-text.ts';
import type { Passed } from '../../peers/slow-line.ts';

/** What messages that went by say of the legs of the service, whatever those say who sent them. */

const isRequest = (method: string, { message }: Passed): boolean =>
  message.method === method && message.status === undefined;
const isFinal = (method: string, { message }: Passed): boolean =>
  message.method === method && (message.status ?? 0) >= 200;
const callOf = ({ message }: Passed): string => message.header('call-id');
const transactionOf = ({ message }: Passed): string => `${message.header('call-id')} ${message.header('cseq')}`;
/** Whether it begins a leg; another one does when a password was asked for. */
const isInitial = (passed: Passed): boolean =>
  isRequest('INVITE', passed) && !passed.message.header('to').includes(';tag=');

export const isAnswerToInvite = ({ method, status }: SipText): boolean => method === 'INVITE' && status === 200;

/** The Call-ID of every leg there was. */
export const legs = (passed: readonly Passed[]): string[] => [...new Set(passed.filter(isInitial).map(callOf))];

/** INVITEs that began a leg which has not ended, in their sender's numbering: no BYE was answered, nor was it refused. */
export function unended(passed: readonly Passed[]): string[] {
  const open = passed.filter((one) => isInitial(one) && isOpen(one, passed));
  // Each once, however often it was repeated.
  return [...new Set(open.map(transactionOf))];
}

function isOpen(invite: Passed, passed: readonly Passed[]): boolean {
  const answers = passed.filter((one) => isFinal('INVITE', one) && transactionOf(one) === transactionOf(invite));
  if (answers.length === 0) return true;
  const isUp = answers.some(({ message }) => (message.status ?? 0) < 300);
  return isUp && !passed.some((one) => isFinal('BYE', one) && callOf(one) === callOf(invite));
}

/** Requests that wait for a final answer. */
export function unanswered(passed: readonly Passed[]): string[] {
  const requests = passed.filter(({ message }) => message.status === undefined && message.method !== 'ACK');
  const answers = new Set(
    passed.filter(({ message }) => (message.status ?? 0) >= 200).map((one) => `${one.to} ${transactionOf(one)}`),
  );
  return requests
    .map((one) => `${one.to === 'proxy' ? 'service' : 'proxy'} ${transactionOf(one)}`)
    .filter((one) => !answers.has(one));
}

/** Whether the service has a party on hold: what it offered or answered last says how audio goes. */
export function isHeld(number: string, passed: readonly Passed[]): boolean {
  const last = passed.findLast(
    ({ to, message }) =>
      to === 'proxy' &&
      message.body !== '' &&
      [message.header('to'), message.header('from')].some((one) => one.includes(`<sip:${number}@`)),
  );
  return /^a=(sendonly|inactive)/m.test(last?.message.body ?? '');
}

/** Where the service has listened for audio. */
export function audioPorts(passed: readonly Passed[]): ReadonlySet<number> {
  const offered = passed
    .filter(({ to }) => to === 'proxy')
    .map(({ message }) => /^m=audio (\d+)/m.exec(message.body)?.[1]);
  return new Set(offered.flatMap((port) => (port === undefined ? [] : [Number(port)])));
}

/** For people: one message a line, in ms since the first. */
export const told = (passed: readonly Passed[]): string =>
  passed
    .map(({ to, atMs, message }) => {
      const at = Math.round(atMs - (passed[0]?.atMs ?? 0));
      const direction = /^a=(\w*(?:send|recv|inactive)\w*)/m.exec(message.body)?.[1] ?? '';
      return `${String(at).padStart(6)} ${to === 'proxy' ? '→' : '←'} ${message.start} (${message.header('cseq')}, ${message.header('call-id').slice(0, 8)}) ${direction}`;
    })
    .join('\n');
