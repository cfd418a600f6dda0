/** Where names lead, before a line is set up with one. */
export interface HostNames {
  /**
   * Every IP address a SIP server of this name may be reached at, through SRV records too (RFC 3263 §4); none: the name leads
   * nowhere, or nobody could tell within 5 s.
   */
  lookup(host: string): Promise<readonly string[]>;
}
