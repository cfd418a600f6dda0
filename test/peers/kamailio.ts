import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, hasProgram, Program, untilListening } from './program.ts';
import type { Wiretap } from './wiretap.ts';

export const hasKamailio = hasProgram('kamailio', 'kamailio kamailio-tls-modules') && hasProgram('openssl', 'openssl');

export interface KamailioOptions {
  /** Logins and passwords. */
  readonly users: Readonly<Record<string, string>>;
  readonly algorithm?: 'MD5' | 'SHA-256';
  /** Ports on 127.0.0.1 of users who do not register: programs of the test that answer as it wants. */
  readonly elsewhere?: Readonly<Record<string, number>>;
  /** Users whose audio goes by a wiretap. */
  readonly taps?: Readonly<Record<string, Pick<Wiretap, 'portForService' | 'portForTelephone'>>>;
}

/** What the proxy was asked for. */
export interface SipRequest {
  readonly method: string;
  /** The port it came from. */
  readonly port: number;
  /** The user part of From. */
  readonly from: string;
  readonly callId: string;
  readonly atMs: number;
}

/** A registrar and proxy on 127.0.0.1, with digest authentication; calls go between registered users. */
export interface Kamailio {
  /** Its name, and the digest realm. It is reached by address, as the line's proxy. */
  readonly domain: string;
  readonly udpPort: number;
  readonly tcpPort: number;
  readonly tlsPort: number;
  /** PEM of its own self-signed certificate, made out to `domain` and 127.0.0.1. */
  readonly certificate: string;
  /** The last of its log. */
  readonly log: string;
  /** Each that came in, as often as it came. */
  readonly requests: readonly SipRequest[];
  /** Answers each REGISTER of this user with 403 from now on, or not any more. */
  forbids(user: string, forbidden: boolean): Promise<void>;
  stop(): Promise<void>;
}

export const startKamailio = async ({
  users,
  algorithm = 'MD5',
  taps = {},
  elsewhere = {},
}: KamailioOptions): Promise<Kamailio> => {
  const directory = await Program.directory();
  const port = await freePort();
  const tlsPort = port + 1;
  // Not the address: kamailio would take every Contact on 127.0.0.1 for itself.
  const domain = 'pbx.test';
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${domain}`],
      ...[
        '-addext',
        `subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:${domain}`,
        '-keyout',
        'key.pem',
        '-out',
        'cert.pem',
      ],
    ],
    { cwd: directory, stdio: 'ignore' },
  );
  mkdirSync(join(directory, 'run'));
  writeFileSync(join(directory, 'tls.cfg'), tlsConfig(directory));
  writeFileSync(
    join(directory, 'kamailio.cfg'),
    config({ users, algorithm, taps, elsewhere, port, tlsPort, directory, domain }),
  );
  const requests: SipRequest[] = [];
  const program = Program.start(
    'kamailio',
    [
      '-DD',
      '-E',
      '-f',
      join(directory, 'kamailio.cfg'),
      '-Y',
      join(directory, 'run'),
      '-m',
      '32',
      '-M',
      '8',
      '-w',
      directory,
    ],
    directory,
    (line) => {
      const [, method = '', from = '', source, callId = ''] =
        /request (\w+) of (\S+) from (\d+): (\S+)/.exec(line) ?? [];
      if (source) requests.push({ method, from, port: Number(source), callId, atMs: Date.now() });
    },
  );
  await untilListening('udp', port, program);
  await untilListening('tcp', tlsPort, program);
  return {
    domain,
    udpPort: port,
    tcpPort: port,
    tlsPort,
    certificate: readFileSync(join(directory, 'cert.pem'), 'utf8'),
    get log() {
      return program.output;
    },
    requests,
    async forbids(user, forbidden) {
      // Without s: it takes a name of digits for a number, and another key.
      const command = forbidden
        ? ['htable.sets', 'forbidden', `s:${user}`, 'yes']
        : ['htable.delete', 'forbidden', `s:${user}`];
      await promisify(execFile)('kamcmd', ['-s', `unix:${join(directory, 'control')}`, ...command], { timeout: 5_000 });
    },
    stop: () => program.stop(),
  };
};

const tlsConfig = (directory: string) => `
[server:default]
method = TLSv1.2+
verify_certificate = no
require_certificate = no
private_key = ${directory}/key.pem
certificate = ${directory}/cert.pem
[client:default]
method = TLSv1.2+
verify_certificate = no
`;

const config = (options: {
  readonly users: Readonly<Record<string, string>>;
  readonly algorithm: string;
  readonly taps: NonNullable<KamailioOptions['taps']>;
  readonly elsewhere: NonNullable<KamailioOptions['elsewhere']>;
  readonly port: number;
  readonly tlsPort: number;
  readonly directory: string;
  readonly domain: string;
}) => `
debug=2
log_stderror=yes
fork=yes
children=2
tcp_children=2
enable_tls=yes
auto_aliases=no
dns=off
tcp_accept_no_cl=yes
tcp_connection_lifetime=300
listen=udp:127.0.0.1:${options.port}
listen=tcp:127.0.0.1:${options.port}
listen=tls:127.0.0.1:${options.tlsPort}
alias="${options.domain}"

loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
loadmodule "htable.so"
loadmodule "nathelper.so"
loadmodule "tls.so"
loadmodule "ctl.so"

modparam("ctl", "binrpc", "unix:${options.directory}/control")
modparam("tls", "config", "${options.directory}/tls.cfg")
modparam("usrloc", "db_mode", 0)
modparam("registrar", "min_expires", 30)
modparam("registrar", "max_expires", 300)
modparam("registrar", "append_branches", 1)
modparam("auth", "algorithm", "${options.algorithm}")
modparam("auth", "nonce_expire", 60)
modparam("htable", "htable", "users=>size=8;")
# Where what is for a tapped telephone, and what comes from it, is to send audio.
modparam("htable", "htable", "for=>size=8;")
modparam("htable", "htable", "from=>size=8;")
modparam("htable", "htable", "elsewhere=>size=8;")
modparam("htable", "htable", "forbidden=>size=8;")
modparam("tm", "fr_inv_timer", 30000)
modparam("nathelper|registrar", "received_avp", "$avp(RECEIVED)")

event_route[htable:mod-init] {
${Object.entries(options.users)
  .map(([user, password]) => `  $sht(users=>${user}) = "${password}";`)
  .join('\n')}
${Object.entries(options.taps)
  .map(
    ([user, { portForService, portForTelephone }]) =>
      `  $sht(for=>${user}) = ${portForTelephone};\n  $sht(from=>${user}) = ${portForService};`,
  )
  .join('\n')}
${Object.entries(options.elsewhere)
  .map(([user, port]) => `  $sht(elsewhere=>${user}) = ${port};`)
  .join('\n')}
}

request_route {
  xlog("L_NOTICE", "request $rm of $fU from $sp: $ci\\n");
  force_rport();
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("OPTIONS") && uri==myself && $rU==$null) { sl_send_reply("200", "OK"); exit; }

  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  if (has_totag()) {
    handle_ruri_alias();
    if (loose_route()) { route(TAP); t_on_reply("ANSWERS"); t_relay(); exit; }
    if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
    sl_send_reply("404", "Not Here");
    exit;
  }
  t_check_trans();

  if (is_method("REGISTER")) {
    if (!is_present_hf("Authorization") || !pv_www_authenticate("${options.domain}", "$sht(users=>$au)", "0")) { www_challenge("${options.domain}", "1"); exit; }
    if ($au != $tU || $sht(forbidden=>$au) != $null) { sl_send_reply("403", "Forbidden"); exit; }
    # Telephones on streams have no port of their own to be called at: their connection is the way.
    fix_nated_register();
    save("location");
    exit;
  }

  if (is_method("INVITE")) {
    if (!is_present_hf("Proxy-Authorization") || !pv_proxy_authenticate("${options.domain}", "$sht(users=>$au)", "0")) { proxy_challenge("${options.domain}", "1"); exit; }
    consume_credentials();
    record_route();
    append_hf("P-Asserted-Identity: <sip:$fU@${options.domain}>\\r\\n");
    set_contact_alias();
    if ($sht(elsewhere=>$rU) != $null) { $du = "sip:127.0.0.1:" + $sht(elsewhere=>$rU); }
    else if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
    route(TAP);
    t_on_reply("ANSWERS");
    t_relay();
    exit;
  }
  sl_send_reply("405", "Method Not Allowed");
}

route[TAP] {
  if (!has_body("application/sdp")) return;
  if ($sht(from=>$fU) != $null) { subst_body('/^m=audio [0-9]+/m=audio $sht(from=>$fU)/'); }
  else if ($sht(for=>$tU) != $null) { subst_body('/^m=audio [0-9]+/m=audio $sht(for=>$tU)/'); }
}

onreply_route[ANSWERS] {
  set_contact_alias();
  if (!has_body("application/sdp")) return;
  if ($sht(for=>$fU) != $null) { subst_body('/^m=audio [0-9]+/m=audio $sht(for=>$fU)/'); }
  else if ($sht(from=>$tU) != $null) { subst_body('/^m=audio [0-9]+/m=audio $sht(from=>$tU)/'); }
}
`;
