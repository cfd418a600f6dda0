import { callTimeouts } from '../world/calls.ts';
import type { World } from '../world/world.ts';
import { tl } from './fields.ts';
import type { MethodTable } from './methods.ts';

export function helpMethods(world: World): MethodTable {
  return {
    'help.getConfig': () => config(world.nowSeconds()),
    'help.getNearestDc': () => tl('nearestDc', { country: 'XX', this_dc: 2, nearest_dc: 2 }),
    'help.getAppConfig': () => tl('help.appConfig', { hash: 1, config: tl('jsonObject', { value: [] }) }),
    'help.getTermsOfServiceUpdate': () =>
      tl('help.termsOfServiceUpdateEmpty', { expires: world.nowSeconds() + 86_400 }),
    'help.getPromoData': () => tl('help.promoDataEmpty', { expires: world.nowSeconds() + 86_400 }),
    'help.getCountriesList': () => tl('help.countriesList', { countries: [], hash: 1 }),
    'langpack.getLangPack': () => languagePack(),
    'langpack.getDifference': () => languagePack(),
    'langpack.getStrings': () => [],
    'langpack.getLanguages': () => [],
    'account.updateStatus': () => true,
    'account.registerDevice': () => true,
    'account.getNotifySettings': () => tl('peerNotifySettings'),
    'messages.getPinnedDialogs': (_request, caller) =>
      tl('messages.peerDialogs', {
        dialogs: [],
        messages: [],
        chats: [],
        users: [],
        state: tl('updates.state', {
          pts: world.messaging.box(caller.userId).pts,
          qts: 0,
          date: world.nowSeconds(),
          seq: 0,
          unread_count: 0,
        }),
      }),
    'messages.getDialogFilters': () => tl('messages.dialogFilters', { filters: [] }),
  };
}

const languagePack = () => tl('langPackDifference', { lang_code: 'en', from_version: 0, version: 1, strings: [] });

function config(now: number) {
  return tl('config', {
    date: now,
    expires: now + 3600,
    test_mode: false,
    this_dc: 2,
    // Clients that reach us through a proxy ask for port 443 of the address; the proxy leads here whatever it is.
    dc_options: [1, 2, 3, 4, 5].map((id) => tl('dcOption', { id, ip_address: '127.0.0.1', port: 443 })),
    dc_txt_domain_name: 'sandbox.invalid',
    chat_size_max: 200,
    megagroup_size_max: 200_000,
    forwarded_count_max: 100,
    online_update_period_ms: 210_000,
    offline_blur_timeout_ms: 5000,
    offline_idle_timeout_ms: 30_000,
    online_cloud_timeout_ms: 300_000,
    notify_cloud_delay_ms: 30_000,
    notify_default_delay_ms: 1500,
    push_chat_period_ms: 60_000,
    push_chat_limit: 2,
    edit_time_limit: 172_800,
    revoke_time_limit: 2_147_483_647,
    revoke_pm_time_limit: 2_147_483_647,
    rating_e_decay: 2_419_200,
    stickers_recent_limit: 200,
    channels_read_media_period: 604_800,
    call_receive_timeout_ms: callTimeouts.receiveMs,
    call_ring_timeout_ms: callTimeouts.ringMs,
    call_connect_timeout_ms: callTimeouts.connectMs,
    call_packet_timeout_ms: callTimeouts.packetMs,
    me_url_prefix: 'https://t.me/',
    caption_length_max: 1024,
    message_length_max: 4096,
    webfile_dc_id: 4,
  });
}
