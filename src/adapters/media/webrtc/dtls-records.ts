/** One DTLS 1.2 record (RFC 6347 §4.1). */
export interface DtlsRecord {
  readonly contentType: number;
  readonly epoch: number;
  readonly sequenceNumber: number;
  readonly version: { readonly major: number; readonly minor: number };
  /** Header and fragment. */
  readonly whole: Buffer;
  readonly fragment: Buffer;
}

export const contentType = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;

const headerBytes = 13;
const dtlsMajor = 254;

/** Cuts a datagram into its records; what does not parse ends it. */
export const recordsOf = (datagram: Buffer): readonly DtlsRecord[] => {
  const records: DtlsRecord[] = [];
  for (let at = 0; at + headerBytes <= datagram.length; ) {
    const end = at + headerBytes + datagram.readUInt16BE(at + 11);
    const major = datagram.readUInt8(at + 1);
    if (end > datagram.length || major !== dtlsMajor) break;
    records.push({
      contentType: datagram.readUInt8(at),
      version: { major, minor: datagram.readUInt8(at + 2) },
      epoch: datagram.readUInt16BE(at + 3),
      sequenceNumber: datagram.readUIntBE(at + 5, 6),
      whole: datagram.subarray(at, end),
      fragment: datagram.subarray(at + headerBytes, end),
    });
    at = end;
  }
  return records;
};
