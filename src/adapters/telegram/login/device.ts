/** How a host's login is called in the account's list of devices. */
export const deviceOf = (host: string): string => `siptg ${host}`;

/** @returns undefined for a device of others */
export const hostOf = (device: string): string | undefined => /^siptg ([\w.-]{1,40})$/.exec(device)?.[1];
