import type { WebRtcLegs } from '../../../actors/ports/webrtc-legs.ts';
import type { LegDirectory } from '../thread/leg-directory.ts';

/** The port `WebRtcLegs`: everything happens in the leg's thread. */
export const createWebRtcLegs = (directory: LegDirectory): WebRtcLegs => ({
  async open(leg, { group, role, servers, relayOnly }, listener) {
    directory.add(leg, group, listener);
    try {
      return await directory.ask(leg, 'webrtc.open', { leg, options: { role, servers, relayOnly } });
    } catch (error) {
      directory.remove(leg);
      throw error;
    }
  },
  setRemote: (leg, remote, dtlsRole) => directory.ask(leg, 'webrtc.setRemote', { leg, remote, dtlsRole }),
  addCandidate: (leg, sdpString) => directory.order(leg, { type: 'webrtc.addCandidate', leg, sdpString }),
  startSending: (leg, payloadType) => directory.order(leg, { type: 'webrtc.startSending', leg, payloadType }),
  startReceiving: (leg, ssrc, payloadType) =>
    directory.order(leg, { type: 'webrtc.startReceiving', leg, ssrc, payloadType }),
  sendText: (leg, text) => directory.order(leg, { type: 'webrtc.sendText', leg, text }),
  close: (leg) => directory.remove(leg),
});
