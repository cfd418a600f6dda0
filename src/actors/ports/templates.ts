import type { AppliedSettings, LineOptions } from '../../machines/model/settings.ts';

/** An operator's settings (product §3.5). */
export interface Template {
  readonly id: string;
  readonly name: string;
  readonly country: string | undefined;
  readonly domain: string | undefined;
  readonly proxy: string | undefined;
  readonly transport: AppliedSettings['transport'] | undefined;
  /** Those a cycle may reach. */
  readonly transports: readonly AppliedSettings['transport'][];
  readonly codecs: readonly string[] | undefined;
  readonly dtmfMethods: LineOptions['dtmfMethods'] | undefined;
  readonly dialRules: string | undefined;
  /** Ids of operator workers it offers. */
  readonly workers: readonly string[];
  /** How a login looks, by language; `en` is always there. */
  readonly loginHint: Readonly<Record<string, string>> | undefined;
  /** Fields that may be edited all the same; undefined: all. */
  readonly editable: readonly string[] | undefined;
}

export interface Templates {
  all(): readonly Template[];
  find(id: string): Template | undefined;
}
