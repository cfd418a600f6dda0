import {
  RpcError,
  type RpcMethods,
  type RpcSession,
  type TlObject,
  type TlValue,
} from '../../../sandbox/telegram/wire/contract.ts';

/** Just enough methods for a client to connect, know itself, and see an update. */
export class TinyMethods implements RpcMethods {
  /** Every request, by method name. */
  readonly requests: TlObject[] = [];
  readonly sessions = new Set<RpcSession>();
  /** Further methods, or other answers. */
  readonly answers = new Map<string, (request: TlObject, session: RpcSession) => TlValue | Promise<TlValue>>();

  async handle(request: TlObject, session: RpcSession): Promise<TlValue> {
    this.requests.push(request);
    const answer = this.answers.get(request._) ?? basics[request._];
    if (!answer) throw new RpcError(400, `NOT_IN_THIS_TEST_${request._}`);
    return answer(request, session);
  }

  opened(session: RpcSession): void {
    this.sessions.add(session);
  }

  closed(session: RpcSession): void {
    this.sessions.delete(session);
  }

  /** A message from Alice to everyone listening. */
  say(message: string, pts = 1): void {
    for (const session of this.sessions) session.push(newMessage(message, pts));
  }

  count(method: string): number {
    return this.requests.filter(({ _ }) => _ === method).length;
  }
}

export const user = (id: bigint, firstName: string, isSelf = false): TlObject => ({
  _: 'user',
  id,
  access_hash: id * 7n,
  first_name: firstName,
  self: isSelf,
});

export const newMessage = (message: string, pts: number): TlObject => ({
  _: 'updates',
  updates: [
    {
      _: 'updateNewMessage',
      message: {
        _: 'message',
        id: pts,
        peer_id: { _: 'peerUser', user_id: 200n },
        date: Math.floor(Date.now() / 1000),
        message,
      },
      pts,
      pts_count: 1,
    },
  ],
  users: [user(200n, 'Alice')],
  chats: [],
  date: Math.floor(Date.now() / 1000),
  seq: 0,
});

const state = { _: 'updates.state', pts: 0, qts: 0, date: 1, seq: 0, unread_count: 0 };

const basics: Readonly<Record<string, (request: TlObject, session: RpcSession) => TlValue>> = {
  'help.getConfig': () => ({ _: 'config', this_dc: 2, expires: 2_000_000_000 }),
  'help.getNearestDc': () => ({ _: 'nearestDc', country: 'DE', this_dc: 2, nearest_dc: 2 }),
  'users.getUsers': (_, { userId }) => {
    if (!userId) throw new RpcError(401, 'AUTH_KEY_UNREGISTERED');
    return [user(BigInt(userId), 'Gateway', true)];
  },
  'updates.getState': () => state,
  'updates.getDifference': () => ({ _: 'updates.differenceEmpty', date: 1, seq: 0 }),
};
