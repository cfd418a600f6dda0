import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { afterEach, describe, expect, test } from 'vitest';
import { MiddleBox } from './middle-box.ts';
import { connected, Leg, rtpText } from './pair.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A call whose datagrams all pass a box that does as the test says. */
const callThroughBox = async () => {
  const [caller, callee] = [new Leg('caller'), new Leg('callee')];
  const [callers, callees] = [await caller.transport.open(), await callee.transport.open()];
  await expect.poll(() => callee.candidates).toHaveLength(1);
  const box = await MiddleBox.before(callee.port);
  closing.push(() => {
    caller.transport.close();
    callee.transport.close();
    box.close();
  });
  await callee.transport.setRemote(callers, 'server');
  await caller.transport.setRemote(callees, 'client');
  caller.transport.addCandidate(box.candidate);
  await connected(caller, callee);
  await expect.poll(() => callee.has('channelOpen')).toBe(true);
  return { caller, callee, box };
};

const isSrtp = (datagram: Buffer): boolean => datagram[0]! >>> 6 === 2;

/** Everything still works, both ways. */
const stillTalking = async (caller: Leg, callee: Leg): Promise<void> => {
  const token = randomBytes(4).toString('hex');
  const sequence = 60_000;
  caller.sendRtp(sequence, token, 1);
  callee.sendRtp(sequence, token, 1);
  await expect.poll(() => callee.rtp.map(rtpText)).toContain(token);
  await expect.poll(() => caller.rtp.map(rtpText)).toContain(token);
  caller.transport.sendText(token);
  await expect.poll(() => callee.texts).toContain(token);
  callee.transport.sendText(token);
  await expect.poll(() => caller.texts).toContain(token);
  expect([...caller.failures, ...callee.failures]).toEqual([]);
};

describe('somebody in the path', () => {
  test('repeats packets: each is heard once', async () => {
    const { caller, callee, box } = await callThroughBox();
    for (let sequence = 0; sequence < 20; sequence++) caller.sendRtp(sequence, `p${sequence}`);
    await expect.poll(() => callee.rtp.length).toBe(20);
    for (const datagram of box.fromCaller.filter(isSrtp)) box.sendToCallee(datagram);
    await expect.poll(() => callee.transport.rejectedPackets.replayed).toBe(20);
    expect(callee.rtp.length).toBe(20);
    await stillTalking(caller, callee);
  });

  test('changes, cuts and lengthens packets: none is heard', async () => {
    const { caller, callee, box } = await callThroughBox();
    caller.sendRtp(1, 'x'.repeat(100));
    await expect.poll(() => callee.rtp.length).toBe(1);
    const packet = box.fromCaller.find(isSrtp)!;
    const rejectedSoFar = (): number => Object.values(callee.transport.rejectedPackets).reduce((sum, n) => sum + n, 0);
    const before = rejectedSoFar();
    for (let at = 2; at < packet.length; at += 7) {
      const changed = Buffer.from(packet);
      changed[at]! ^= 1;
      box.sendToCallee(changed);
    }
    for (const cut of [1, 2, 11, 12, 21, packet.length - 1]) box.sendToCallee(packet.subarray(0, cut));
    box.sendToCallee(Buffer.concat([packet, randomBytes(1500 - packet.length)]));
    await stillTalking(caller, callee);
    // Those cut to a byte or two are no longer SRTP.
    expect(rejectedSoFar() - before).toBeGreaterThanOrEqual(20);
    expect(callee.transport.rejectedPackets.unauthenticated).toBeGreaterThan(0);
    expect(callee.transport.rejectedPackets.malformed).toBeGreaterThan(0);
    expect(callee.rtp.length).toBe(2);
  });

  test('makes up alerts and a new handshake: the connection stays', async () => {
    const { caller, callee, box } = await callThroughBox();
    const hello = box.fromCaller.find((datagram) => datagram[0] === 22)!;
    const protectedRecord = box.fromCaller.findLast((datagram) => datagram[0] === 23)!;
    for (const description of [0, 10, 40]) {
      for (const level of [1, 2]) box.sendToCallee(record(21, 0, Buffer.from([level, description])));
      box.sendToCallee(record(21, 1, Buffer.from([1, description])));
      box.sendToCallee(record(21, 1, randomBytes(26)));
    }
    for (const type of [20, 22, 23, 24, 25, 40, 63]) {
      box.sendToCallee(record(type, 0, randomBytes(40)));
      box.sendToCallee(record(type, 1, randomBytes(40)));
    }
    box.sendToCallee(hello);
    box.sendToCallee(Buffer.concat([hello, protectedRecord]));
    for (let cut = 1; cut < hello.length; cut += 5) box.sendToCallee(hello.subarray(0, cut));
    await stillTalking(caller, callee);
  });

  test('changes its port: the callee hears on, and answers to the new one', async () => {
    const { caller, callee, box } = await callThroughBox();
    let sequence = 0;
    const talk = (): number => {
      caller.sendRtp(sequence, 'from caller');
      callee.sendRtp(sequence, 'from callee');
      return sequence++;
    };
    await expect.poll(talk).toBeGreaterThan(5);
    await expect.poll(() => callee.rtp.length).toBe(sequence);
    await box.move();
    // Heard at once, though not yet counted as a sign of life: the address is not proven.
    const [heard, alive] = [callee.rtp.length, callee.aliveMs.length];
    caller.sendRtp(1000, 'first from there');
    await expect.poll(() => callee.rtp.length).toBe(heard + 1);
    expect(callee.aliveMs.length).toBe(alive);
    sequence = 1001;
    await expect.poll(() => talk() && box.receivedLately, { timeout: 8000 }).toBeGreaterThan(20);
    const lately = callee.aliveMs.length;
    await expect.poll(() => talk() && callee.aliveMs.length).toBeGreaterThan(lately);
    await stillTalking(caller, callee);
  });
});

describe('a stranger', () => {
  const stranger = async (): Promise<Socket> => {
    const socket = createSocket('udp4');
    closing.push(() => socket.close());
    await new Promise<void>((resolve) => {
      socket.bind(0, '127.0.0.1', resolve);
    });
    return socket;
  };

  test('sends junk of every kind to both: nothing happens', async () => {
    const { caller, callee } = await callThroughBox();
    const socket = await stranger();
    const alive = callee.aliveMs.length;
    for (let first = 0; first < 256; first++) {
      const junk = randomBytes(1 + ((first * 37) % 1500));
      junk[0] = first;
      for (const { port } of [caller, callee]) socket.send(junk, port, '127.0.0.1');
      if (first < 4) {
        junk.fill(0, 0, Math.min(junk.length, 20));
        if (junk.length >= 20) junk.writeUInt32BE(0x2112a442, 4);
        socket.send(junk, callee.port, '127.0.0.1');
      }
    }
    for (const { port } of [caller, callee]) socket.send(Buffer.alloc(0), port, '127.0.0.1');
    await stillTalking(caller, callee);
    expect(callee.transport.refusedStun).toBeGreaterThan(0);
    expect(callee.rtp.length).toBe(1);
    expect(callee.aliveMs.length - alive).toBeLessThan(6);
  });

  test('has a recording of the call: it is not heard again, and the answers do not go to him', async () => {
    const { caller, callee, box } = await callThroughBox();
    for (let sequence = 0; sequence < 10; sequence++) caller.sendRtp(sequence, 'x');
    await expect.poll(() => callee.rtp.length).toBe(10);
    const socket = await stranger();
    let answers = 0;
    socket.on('message', () => answers++);
    for (const datagram of box.fromCaller.filter(isSrtp)) socket.send(datagram, callee.port, '127.0.0.1');
    await expect.poll(() => callee.transport.rejectedPackets.replayed).toBe(10);
    await stillTalking(caller, callee);
    expect(answers).toBe(0);
  });

  test('asks by STUN without the password: no answer', async () => {
    const { callee } = await callThroughBox();
    const socket = await stranger();
    let answers = 0;
    socket.on('message', () => answers++);
    const before = callee.transport.refusedStun;
    const request = Buffer.from('000100002112a442000000000000000000000000', 'hex');
    socket.send(request, callee.port, '127.0.0.1');
    await expect.poll(() => callee.transport.refusedStun).toBe(before + 1);
    expect(answers).toBe(0);
  });
});

const record = (type: number, epoch: number, fragment: Buffer): Buffer => {
  const header = Buffer.from([type, 254, 253, 0, epoch, 0, 0, 0, 0, 0xff, randomBytes(1)[0]!, 0, 0]);
  header.writeUInt16BE(fragment.length, 11);
  return Buffer.concat([header, fragment]);
};
