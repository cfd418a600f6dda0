import { mainWorker } from './shards.ts';

/** What a line's setting says in the place of a Worker's name: that one is chosen for it. */
export const auto = 'auto';
/** How the Worker of an installation's only host was called; an older version beside this one still enters it. */
export const formerWorker = 'host';

/** What a Worker may be called. A button must hold it (Telegram's 64 bytes, less the line and the code). */
export const workerName = /^(?!(?:auto|host)$)[\w-]{1,27}$/;

/** What a line's setting says, with the Worker's name of today. */
export const workerSet = (setting: string): string => (setting === formerWorker ? mainWorker : setting);

/**
 * The Worker whose hosts register a line: the one it is fixed to, also while that is silent; on Auto the one that was chosen, and
 * until then the first.
 */
export const carrierOf = (line: { readonly worker: string; readonly placedOn: string | null | undefined }): string =>
  line.worker === auto ? (line.placedOn ?? mainWorker) : workerSet(line.worker);

/** What is one registrar to a measurement. @param line with its proxy, or none */
export const registrarOf = ({ proxy, domain }: { readonly proxy: string; readonly domain: string }): string =>
  (proxy || domain).toLowerCase();
