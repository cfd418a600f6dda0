import { UserPhone } from '../../../sandbox/phone/phone.ts';
import { Exchange } from './exchange.ts';

// Run as a program of its own: it has to end without being told to.
const exchange = new Exchange();
const alice = new UserPhone(exchange.device('1'));
const bob = new UserPhone(exchange.device('2'), { answers: 'at once' });
alice.says({ frequencyHz: 440 });
const call = await alice.calls('2');
const ring = await bob.rings();
await ring.heard(440, { withinMs: 15_000 });
call.hangUp();
await ring.ended;
alice.close();
bob.close();
console.log('heard');
