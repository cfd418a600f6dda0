import { RpcError, type RpcLogin, type TlObject } from '../wire/contract.ts';
import { long, tl } from './fields.ts';
import type { MethodTable } from './methods.ts';

const dayMs = 86_400_000;

/** The list of an account's devices, and how one ends another. */
export function authorizationMethods(): MethodTable {
  return {
    'account.getAuthorizations': (_request, { session }) => {
      const { login: own } = session;
      const others = session.logins().filter((login) => login !== own);
      return tl('account.authorizations', {
        authorization_ttl_days: 180,
        authorizations: [tlAuthorization(own, { isCurrent: true }), ...others.map((login) => tlAuthorization(login))],
      });
    },

    'account.resetAuthorization'(request, { session }) {
      const hash = long(request, 'hash');
      const ended = session.logins().find((login) => login.hash === hash && login !== session.login);
      if (hash === 0n || !ended) throw new RpcError(400, 'HASH_INVALID');
      // A request is the newest use of its login.
      if (session.login.activeMs - session.login.createdMs < dayMs) {
        throw new RpcError(406, 'FRESH_RESET_AUTHORISATION_FORBIDDEN');
      }
      session.end(ended);
      return true;
    },
  };
}

/** As the account's logins see it; the hash of the one who asks is 0. */
export function tlAuthorization(login: RpcLogin, { isCurrent = false, hash = login.hash } = {}): TlObject {
  const { device, createdMs, activeMs } = login;
  return tl('authorization', {
    current: isCurrent,
    hash: isCurrent ? 0n : hash,
    device_model: device.deviceModel,
    platform: '',
    system_version: device.systemVersion,
    api_id: device.apiId,
    app_name: 'sandbox',
    app_version: device.appVersion,
    date_created: Math.floor(createdMs / 1000),
    date_active: Math.floor(activeMs / 1000),
    ip: '127.0.0.1',
    country: 'XX',
    region: '',
  });
}
