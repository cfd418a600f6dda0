import { returnBigInt } from 'telegram/Helpers.js';
import { describe, expect, test } from 'vitest';
import type { CallView } from '../../../sandbox/telegram/device.ts';
import { eventually } from '../../support/eventually.ts';
import { Api, Raw } from '../wire/gramjs-client.ts';
import { fingerprintOf, keyPair, protocol, sha256 } from './call-math.ts';
import { gramJsAccount, mtcuteAccount, stage } from './stage.ts';

const tlProtocol = () => new Api.PhoneCallProtocol(protocol as never);

async function gramJsScene() {
  const scene = await stage();
  const client = await gramJsAccount(scene.telegram, scene.account.id);
  const calls: InstanceType<typeof Api.PhoneCall>[] = [];
  const signals: string[] = [];
  client.addEventHandler((update) => {
    if (update instanceof Api.UpdatePhoneCall) calls.push(update.phoneCall as never);
    if (update instanceof Api.UpdatePhoneCallSignalingData) signals.push(String(update.data));
  }, new Raw({}));
  const told = (className: string) =>
    eventually(() => {
      const call = calls.find((one) => one.className === className);
      if (!call) throw new Error(`no ${className} yet`);
      return call;
    });
  const device = scene.olga.device();
  const views: CallView[] = [];
  device.onCall((view) => views.push(view));
  const seen = (state: CallView['state']) =>
    eventually(() => {
      const view = views.find((one) => one.state === state);
      if (!view) throw new Error(`not ${state} yet`);
      return view;
    });
  return { ...scene, client, calls, signals, told, device, seen };
}

describe('GramJS', () => {
  test('calls out: ring, answer, equal keys, signaling both ways, hang-up', async () => {
    const { client, told, device, seen, olga, signals, account } = await gramJsScene();
    const mine = keyPair();
    const theirs = keyPair();
    const dh = await client.invoke(new Api.messages.GetDhConfig({ version: 0, randomLength: 256 }));
    expect(dh).toMatchObject({ className: 'messages.DhConfig', g: 3 });

    const requested = await client.invoke(
      new Api.phone.RequestCall({
        userId: await client.getInputEntity('olga_p'),
        randomId: 77,
        gAHash: sha256(mine.share),
        protocol: tlProtocol(),
      }),
    );
    expect(requested.phoneCall.className).toBe('PhoneCallWaiting');
    const rings = await seen('requested');
    device.receivedCall(rings.id);
    expect(await told('PhoneCallWaiting')).toHaveProperty('receiveDate', expect.any(Number));
    device.acceptCall(rings.id, theirs.share, protocol);
    const accepted = (await told('PhoneCallAccepted')) as unknown as InstanceType<typeof Api.PhoneCallAccepted>;
    expect(Buffer.from(accepted.gB)).toEqual(theirs.share);

    const key = mine.keyWith(theirs.share);
    const peer = new Api.InputPhoneCall({ id: accepted.id, accessHash: accepted.accessHash });
    const confirmed = await client.invoke(
      new Api.phone.ConfirmCall({
        peer,
        gA: mine.share,
        keyFingerprint: returnBigInt(fingerprintOf(key)),
        protocol: tlProtocol(),
      }),
    );
    expect(confirmed.phoneCall).toMatchObject({ className: 'PhoneCall', p2pAllowed: true });
    expect(await seen('active')).toMatchObject({ keyFingerprint: fingerprintOf(theirs.keyWith(mine.share)) });

    await client.invoke(new Api.phone.SendSignalingData({ peer, data: Buffer.from('ping') }));
    device.onSignalingData((id, data) => device.sendSignalingData(id, Buffer.from(`pong ${String(data)}`)));
    await client.invoke(new Api.phone.SendSignalingData({ peer, data: Buffer.from('again') }));
    await eventually(() => expect(signals).toEqual(['pong again']));

    device.discardCall(rings.id, 'hangup', 3);
    const ended = (await told('PhoneCallDiscarded')) as unknown as InstanceType<typeof Api.PhoneCallDiscarded>;
    expect(ended.reason?.className).toBe('PhoneCallDiscardReasonHangup');
    expect(olga.conversation(account.id)).toMatchObject([{ out: false, action: { kind: 'phoneCall' } }]);
  });

  test('is called: rings, accepts, and finds the fingerprint of its own key', async () => {
    const { client, told, device, account, seen } = await gramJsScene();
    const mine = keyPair();
    const theirs = keyPair();
    const call = device.requestCall(account.id, sha256(theirs.share), protocol);
    const ring = (await told('PhoneCallRequested')) as unknown as InstanceType<typeof Api.PhoneCallRequested>;
    const peer = new Api.InputPhoneCall({ id: ring.id, accessHash: ring.accessHash });
    expect(await client.invoke(new Api.phone.ReceivedCall({ peer }))).toBe(true);
    const answer = await client.invoke(new Api.phone.AcceptCall({ peer, gB: mine.share, protocol: tlProtocol() }));
    expect(answer.phoneCall.className).toBe('PhoneCallWaiting');
    const accepted = await seen('accepted');
    if (accepted.state !== 'accepted') throw new Error('not accepted');
    const key = theirs.keyWith(accepted.gB);
    device.confirmCall(call.id, theirs.share, fingerprintOf(key), protocol);
    const active = await told('PhoneCall');
    expect(BigInt(active.keyFingerprint.toString())).toBe(fingerprintOf(mine.keyWith(Buffer.from(active.gAOrB))));

    const wrong = new Api.InputPhoneCall({ id: ring.id, accessHash: ring.id });
    const hangUp = (inputPeer: InstanceType<typeof Api.InputPhoneCall>) =>
      client.invoke(
        new Api.phone.DiscardCall({
          peer: inputPeer,
          duration: 2,
          reason: new Api.PhoneCallDiscardReasonHangup(),
          connectionId: ring.id.multiply(0),
        }),
      );
    await expect(hangUp(wrong)).rejects.toMatchObject({ errorMessage: 'CALL_PEER_INVALID' });
    await hangUp(peer);
    expect(await seen('discarded')).toMatchObject({ reason: 'hangup', duration: 2 });
  });

  test('is told why a call cannot be made', async () => {
    const { client, olga } = await gramJsScene();
    const userId = await client.getInputEntity('olga_p');
    const call = () =>
      client.invoke(
        new Api.phone.RequestCall({ userId, randomId: 1, gAHash: sha256(keyPair().share), protocol: tlProtocol() }),
      );
    olga.allowsCalls('nobody');
    await expect(call()).rejects.toMatchObject({ code: 403, errorMessage: 'USER_PRIVACY_RESTRICTED' });
    olga.allowsCalls('nobody', ['@gateway']);
    olga.blocks('@gateway');
    await expect(call()).rejects.toMatchObject({ code: 403, errorMessage: 'USER_IS_BLOCKED' });
  });

  test('hears that the callee answered before its own request is answered, when the network is like that', async () => {
    const { client, device, told, telegram } = await gramJsScene();
    telegram.faults.wire.delayAnswers('phone.requestCall', 300);
    device.onCall((call) => {
      if (call.state === 'requested') device.acceptCall(call.id, keyPair().share, protocol);
    });
    const order: string[] = [];
    const requesting = client
      .invoke(
        new Api.phone.RequestCall({
          userId: await client.getInputEntity('olga_p'),
          randomId: 5,
          gAHash: sha256(keyPair().share),
          protocol: tlProtocol(),
        }),
      )
      .then(() => order.push('answer'));
    await told('PhoneCallAccepted');
    order.push('accepted');
    await requesting;
    expect(order).toEqual(['accepted', 'answer']);
  });

  test('repeats a request whose answer was lost, and still only one call rings', async () => {
    const { client, telegram } = await gramJsScene();
    telegram.faults.wire.loseAnswers('phone.requestCall');
    await client.invoke(
      new Api.phone.RequestCall({
        userId: await client.getInputEntity('olga_p'),
        randomId: 9,
        gAHash: sha256(keyPair().share),
        protocol: tlProtocol(),
      }),
    );
    expect(telegram.world.calls.all()).toHaveLength(1);
  });
});

test('another client on another layer rings together with a telephone, and stops when that answers', async () => {
  const { telegram, olga, uwe } = await stage();
  const client = await mtcuteAccount(telegram, olga.id);
  const states: string[] = [];
  client.onRawUpdate.add(({ update }) => {
    if (update._ === 'updatePhoneCall') states.push(update.phoneCall._);
  });
  const telephone = olga.device();
  const call = uwe.device().requestCall(olga.id, sha256(keyPair().share), protocol);
  await eventually(() => expect(states).toEqual(['phoneCallRequested']));
  telephone.acceptCall(call.id, keyPair().share, protocol);
  await eventually(() => expect(states).toEqual(['phoneCallRequested', 'phoneCallDiscarded']));
});
