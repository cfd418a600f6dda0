import { Api } from 'telegram/tl/index.js';

/**
 * What we can do. Only this version is implemented, and the server may pick any that is listed. Web clients have no other;
 * every current native client has it too.
 */
export const ourProtocol = () =>
  new Api.PhoneCallProtocol({
    udpP2p: true,
    udpReflector: true,
    minLayer: 65,
    maxLayer: 92,
    libraryVersions: [ourVersion],
  });

/** Can a call be made with somebody who offers this? */
export const isCompatible = ({ minLayer, maxLayer, libraryVersions }: Api.TypePhoneCallProtocol): boolean =>
  minLayer <= 92 && maxLayer >= 65 && libraryVersions.includes(ourVersion);

/** After the negotiation both sides use the first version of the list. */
export const isOurVersion = ({ libraryVersions }: Api.TypePhoneCallProtocol): boolean =>
  libraryVersions[0] === ourVersion;

const ourVersion = '13.0.0';
