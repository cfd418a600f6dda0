// Run as a program: connects two legs, makes others in every earlier stage, closes all. If anything keeps a handle, it hangs.
import { warmUpDtls } from '../../../src/adapters/media/webrtc/warm-up.ts';
import { WebRtcTransport } from '../../../src/adapters/media/webrtc/webrtc-transport.ts';

const common = { servers: [], relayOnly: false, addresses: ['127.0.0.1'], now: () => performance.now() } as const;

await warmUpDtls();
const opened = Promise.withResolvers<void>();
const caller = new WebRtcTransport({ role: 'caller', ...common }, (fact) => {
  if (fact.type === 'candidate') callee.addCandidate(fact.sdpString);
  if (fact.type === 'channelOpen') opened.resolve();
});
const callee: WebRtcTransport = new WebRtcTransport({ role: 'callee', ...common }, (fact) => {
  if (fact.type === 'candidate') caller.addCandidate(fact.sdpString);
});
const [callers, callees] = [await caller.open(), await callee.open()];
await callee.setRemote(callers, 'server');
await caller.setRemote(callees, 'client');
await opened.promise;

const neverOpened = new WebRtcTransport({ role: 'caller', ...common }, () => {});
const opening = new WebRtcTransport({ role: 'caller', ...common }, () => {});
const open = opening.open();
const checking = new WebRtcTransport({ role: 'caller', ...common }, () => {});
await checking.open();
await checking.setRemote({ ...callees, ufrag: 'nobody' }, 'client');
checking.addCandidate('candidate:1 1 udp 2130706431 127.0.0.1 9 typ host');
const relays = [
  { kind: 'stun', host: '127.0.0.1', port: 9 },
  { kind: 'turn', host: '127.0.0.1', port: 9, username: 'u', password: 'p' },
] as const;
const asking = new WebRtcTransport({ role: 'caller', ...common, servers: relays }, () => {});
await asking.open();

for (const transport of [caller, callee, neverOpened, opening, checking, asking]) transport.close();
await open;
process.stdout.write('closed\n');
