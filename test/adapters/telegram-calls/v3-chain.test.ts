import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { packed, unpacked } from '../../../src/adapters/telegram/calls/compression.ts';
import { SctpAssociation } from '../../../src/adapters/telegram/calls/sctp-association.ts';
import { chunkType, decodeSctp, encodeSctp } from '../../../src/adapters/telegram/calls/sctp-packet.ts';
import { PacketOpener, PacketSealer } from '../../../src/adapters/telegram/calls/sealed-packets.ts';
import { Signaling } from '../../../src/adapters/telegram/calls/signaling.ts';
import { ManualClock } from './manual-clock.ts';
import { hex, vectors } from './vectors.ts';

/** One message of the caller, from its JSON to the packet that carries it. */
const chain = vectors.v3_chain;
const key = hex(vectors.signaling.key);
const tagA = 0x1122_3344;
const tagB = 0x5566_7788;
const tsnA = 0x0100_0000;

test('as callee we read the JSON out of the packet of the known chain', () => {
  const read: string[] = [];
  const opener = new PacketOpener(key, 'caller');
  const { side, sent } = association(tagB, 0x0200_0000, (sealed) => {
    expect(sealed.toString('hex')).toBe(chain.sealed);
    const opened = opener.open(sealed);
    if (opened.kind !== 'payload') throw new Error(opened.kind);
    expect(opened.payload.toString('hex')).toBe(chain.gzip);
    read.push(unpacked(opened.payload));
  });
  side.receive(known('INIT from A'));
  const cookie = decodeSctp(sent[0] ?? Buffer.alloc(0))?.chunks[0]?.body.subarray(20) ?? Buffer.alloc(0);
  side.receive(encodeSctp(tagB, [{ type: chunkType.cookieEcho, flags: 0, body: cookie }]));
  side.receive(hex(chain.sctp_data_packet));
  expect(read).toEqual([chain.json]);
});

test('as caller we send the packet of the known chain, given its gzip', () => {
  const { side, sent } = association(tagA, tsnA);
  side.start();
  const sealed = new PacketSealer(key, 'caller').seal(hex(chain.gzip));
  expect(sealed.toString('hex')).toBe(chain.sealed);
  side.send(sealed);
  side.receive(known('INIT ACK from B'));
  side.receive(known('COOKIE ACK from B'));
  expect(sent.at(-1)?.toString('hex')).toBe(chain.sctp_data_packet);
});

test('our gzip may be shorter or longer than theirs, but is gzip of the same JSON', () => {
  const ours = packed(chain.json);
  expect(ours.subarray(0, 3).toString('hex')).toBe('1f8b08');
  expect(gunzipSync(ours)).toEqual(gunzipSync(hex(chain.gzip)));
});

test('without SCTP, what is sealed in the known chain is the whole packet', () => {
  const read: string[] = [];
  const signaling = new Signaling({
    key: { bytes: key, fingerprint: 0n },
    role: 'callee',
    sctp: false,
    clock: new ManualClock(),
    send: () => undefined,
    onMessage: (json) => read.push(json),
    onFault: (detail) => read.push(detail),
  });
  signaling.receive(hex(chain.sealed));
  signaling.receive(hex(chain.sealed));
  expect(read).toEqual([chain.json]);
});

function association(tag: number, initialTsn: number, onMessage: (message: Buffer) => void = () => undefined) {
  const sent: Buffer[] = [];
  const send = (packet: Buffer) => void sent.push(packet);
  return { sent, side: new SctpAssociation({ clock: new ManualClock(), tag, initialTsn, send, onMessage }) };
}

function known(name: string): Buffer {
  const vector = vectors.sctp.packets.find((packet) => packet.name.startsWith(name));
  if (!vector) throw new Error(name);
  return hex(vector.packet);
}
