import type { SessionDelegate } from 'sip.js';
import { contentTypeOf } from '../capabilities.ts';
import { originalOf } from '../wire/core-message.ts';
import type { DialogUsage } from './dialog-usage.ts';
import { isKeyPressType, keyIn } from './key-press.ts';
import type { LegFacts } from './leg.ts';

/** What a session answers by itself, in whichever direction it was made. */
export const sessionDelegate = (facts: LegFacts, usage: () => DialogUsage | undefined): SessionDelegate => ({
  onInfo: (info) => {
    const request = originalOf(info.request);
    const type = request?.kind === 'request' ? contentTypeOf(request) : '';
    if (type !== '' && !isKeyPressType(type)) {
      const extraHeaders = ['Accept: application/dtmf-relay, application/dtmf'];
      void info.reject({ statusCode: 415, extraHeaders }).catch(() => {});
      return;
    }
    void info.accept().catch(() => {});
    const digit = type === '' ? undefined : keyIn(type, request?.body ?? '');
    if (digit !== undefined) facts.tell({ type: 'key.heard', digit });
  },
  // Without this the library would follow the transfer by itself.
  onRefer: (referral) => usage()?.onRefer(referral),
  onNotify: (notification) => void notification.accept().catch(() => {}),
  onAck: () => usage()?.onAcknowledged(),
});
