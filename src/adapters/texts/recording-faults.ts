import type { DeliveryFault, RecorderFault } from '../../machines/model/recording-faults.ts';
import type { Phrase } from './phrasebook.ts';
import { oneLine } from './words.ts';

/** Why nothing more could be written. */
export const recorderFault = (why: RecorderFault, phrase: Phrase): string =>
  phrase(`recorder-${why.kind}`, why.kind === 'disk' ? { code: oneLine(why.code) } : {});

/** Why a file did not arrive; what is not known is shown as it came. */
export const deliveryFault = (why: DeliveryFault, phrase: Phrase): string =>
  phrase(`delivery-${why.kind}`, 'words' in why && why.kind !== 'internal' ? { words: oneLine(why.words) } : {});
