import { readFileSync } from 'node:fs';

interface SctpVector {
  readonly name: string;
  readonly packet: string;
  readonly message?: string;
  readonly reassembled?: string;
  readonly reject?: boolean;
}

interface Vectors {
  readonly dh: {
    readonly p: string;
    readonly cases: readonly {
      readonly name: string;
      readonly g: number;
      readonly a: string;
      readonly b: string;
      readonly g_a: string;
      readonly g_a_hash: string;
      readonly g_b: string;
      readonly key: string;
      readonly key_fingerprint: string;
    }[];
    readonly public_value_checks: readonly {
      readonly name: string;
      readonly value: string;
      readonly accept: boolean;
    }[];
  };
  readonly signaling: {
    readonly key: string;
    readonly raw_packets: readonly {
      readonly sender: 'caller' | 'callee';
      readonly counter: number;
      readonly payload: string;
      readonly packet: string;
    }[];
    readonly rejects: readonly {
      readonly receiver: 'caller' | 'callee';
      readonly name: string;
      readonly packet: string;
    }[];
    readonly replay_window: readonly { readonly counter: number; readonly accept: boolean }[];
    readonly gzip: readonly { readonly json: string; readonly gzip: string }[];
  };
  readonly json: {
    readonly flow: readonly {
      readonly from: 'caller' | 'callee';
      readonly channel: 'signaling' | 'data-channel';
      readonly message: Readonly<Record<string, unknown>>;
    }[];
    readonly native_parser: readonly {
      readonly name: string;
      readonly message: Readonly<Record<string, unknown>>;
      readonly accepted: boolean;
      readonly reserialized: Readonly<Record<string, unknown>> | null;
    }[];
  };
  readonly sctp: {
    readonly crc32c_check: { readonly input: string; readonly crc: string };
    readonly packets: readonly SctpVector[];
  };
  readonly v3_chain: {
    readonly json: string;
    readonly gzip: string;
    readonly counter: number;
    readonly sealed: string;
    readonly sctp_data_packet: string;
  };
  readonly browser_peer_examples: Readonly<
    Record<'caller' | 'callee', readonly Readonly<Record<string, Readonly<Record<string, unknown>>>>[]>
  >;
}

/** Known answers, made by Telegram's own program and independent implementations. */
export const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/telegram-calls.json', import.meta.url), 'utf8'),
) as Vectors;

export const hex = (text: string): Buffer => Buffer.from(text, 'hex');
