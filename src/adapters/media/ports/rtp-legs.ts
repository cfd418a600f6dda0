import type { CodecName, RtpLegs } from '../../../actors/ports/rtp-legs.ts';
import type { LegId, UserId } from '../../../machines/model/ids.ts';
import type { LegDirectory } from '../thread/leg-directory.ts';
import type { PortPairs } from '../thread/port-pairs.ts';

/** The port `RtpLegs`: port numbers are given out here, sockets live in the threads. */
export const createRtpLegs = (
  directory: LegDirectory,
  ports: PortPairs,
  host: string,
  codecs: readonly CodecName[],
): RtpLegs => {
  const opened = new Map<LegId, Promise<{ host: string; port: number }>>();

  const open = async (leg: LegId, group: UserId) => {
    const record = directory.add(leg, group);
    for (let tried = 0; tried < ports.size; tried++) {
      const port = ports.take();
      try {
        const { taken } = await directory.ask(leg, 'rtp.open', { leg, port });
        if (!taken && directory.get(leg) === record) {
          record.port = port;
          return { host, port };
        }
      } catch (error) {
        ports.release(port);
        throw error;
      }
      ports.release(port);
      if (directory.get(leg) !== record) throw new Error('the leg was closed while it was opened');
    }
    throw new Error('no free RTP port');
  };

  const close = (leg: LegId) => {
    if (!opened.delete(leg)) return;
    const port = directory.get(leg)?.port;
    directory.remove(leg);
    if (port !== undefined) ports.release(port);
  };

  return {
    codecs,
    open(leg, group) {
      let address = opened.get(leg);
      if (address === undefined) {
        address = open(leg, group);
        opened.set(leg, address);
        address.catch(() => {
          if (opened.get(leg) === address) close(leg);
        });
      }
      return address;
    },
    apply(leg, session) {
      const record = directory.get(leg);
      if (record === undefined || record.webrtc !== undefined) return;
      record.session = session;
      directory.order(leg, { type: 'rtp.apply', leg, session });
    },
    close,
  };
};
