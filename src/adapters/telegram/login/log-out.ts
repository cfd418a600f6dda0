import { Api } from 'telegram';
import { isLoginLost, LoginLost } from '../client/errors.ts';
import { Life, type LifeOptions } from '../client/life.ts';

const connectTimeoutMs = 30_000;
const requestTimeoutMs = 15_000;

/** Ends a login by itself. One that is used elsewhere at the same time is ended as well. @throws TelegramUnreachable, TelegramTimeout */
export async function logOut(options: LifeOptions): Promise<void> {
  const { promise: unknown, reject } = Promise.withResolvers<never>();
  unknown.catch(() => {});
  const broken = () => reject(new LoginLost('Telegram does not know the key'));
  const life = new Life(options, { connected() {}, disconnected() {}, received() {}, broken });
  try {
    const leaving = async () => {
      await life.connect(connectTimeoutMs);
      await life.invoke(new Api.auth.LogOut(), requestTimeoutMs);
    };
    await Promise.race([leaving(), unknown]);
  } catch (error) {
    if (!(error instanceof LoginLost) && !isLoginLost(error)) throw error;
  } finally {
    await life.end();
  }
}
