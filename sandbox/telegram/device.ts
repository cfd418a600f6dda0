/**
 * What one device of a Telegram user can do with calls: the meeting point of the world model and the phone.
 * Ids are decimal strings, bytes are Buffers; method and field names are those of the TL schema.
 */
export interface CallProtocol {
  readonly udpP2p: boolean;
  readonly udpReflector: boolean;
  readonly minLayer: number;
  readonly maxLayer: number;
  readonly libraryVersions: readonly string[];
}

export type DiscardReason = 'missed' | 'disconnect' | 'hangup' | 'busy';

export interface CallConnection {
  readonly kind: 'webrtc';
  readonly turn: boolean;
  readonly stun: boolean;
  readonly ip: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

/** A call as this device sees it now; pushed on every change. */
export type CallView =
  | {
      readonly state: 'waiting';
      readonly id: string;
      readonly adminId: string;
      readonly participantId: string;
      readonly received: boolean;
    }
  | {
      readonly state: 'requested';
      readonly id: string;
      readonly adminId: string;
      readonly participantId: string;
      readonly gAHash: Buffer;
      readonly protocol: CallProtocol;
    }
  | {
      readonly state: 'accepted';
      readonly id: string;
      readonly adminId: string;
      readonly participantId: string;
      readonly gB: Buffer;
      readonly protocol: CallProtocol;
    }
  | {
      readonly state: 'active';
      readonly id: string;
      readonly adminId: string;
      readonly participantId: string;
      readonly gAOrB: Buffer;
      readonly keyFingerprint: bigint;
      readonly protocol: CallProtocol;
      readonly connections: readonly CallConnection[];
      readonly p2pAllowed: boolean;
      readonly customParameters?: string;
    }
  | { readonly state: 'discarded'; readonly id: string; readonly reason?: DiscardReason; readonly duration?: number };

/** One device (session) of one user. Methods throw `RpcError`-like errors with `errorMessage` such as CALL_PEER_INVALID. */
export interface CallDevice {
  readonly userId: string;
  dhConfig(): { readonly g: number; readonly p: Buffer; readonly random: Buffer };
  requestCall(to: string, gAHash: Buffer, protocol: CallProtocol): CallView;
  receivedCall(id: string): void;
  acceptCall(id: string, gB: Buffer, protocol: CallProtocol): CallView;
  confirmCall(id: string, gA: Buffer, keyFingerprint: bigint, protocol: CallProtocol): CallView;
  discardCall(id: string, reason: DiscardReason, duration: number): void;
  sendSignalingData(id: string, data: Buffer): void;
  /** Pushes of this device, in order. Returns the unsubscribe. */
  onCall(listener: (call: CallView) => void): () => void;
  onSignalingData(listener: (id: string, data: Buffer) => void): () => void;
}
