/** What pure rooms must not mention, and what to use instead. */
export const PURE_BANS: readonly {
  readonly name: string;
  readonly pattern: RegExp;
  readonly instead: string;
}[] = [
  { name: 'Date', pattern: /\bDate\b/, instead: 'take `now` or a WallClock' },
  {
    name: 'Math.random',
    pattern: /\bMath\s*(?:\.\s*random|\[)|\brandom\s*\}\s*=\s*Math\b/,
    instead: 'take a Random stream',
  },
  { name: 'Math alias', pattern: /=\s*Math\s*[;,\n)]/, instead: 'call Math by its name' },
  {
    name: 'inexact Math',
    pattern: /\bMath\s*\.\s*(?:log|log2|log10|log1p|exp|expm1|pow|sin|cos|tan|cbrt|hypot)\b/,
    instead: 'draw from integer tables',
  },
  { name: 'Intl', pattern: /\bIntl\b|\blocaleCompare\b|\btoLocale\w*/, instead: 'compare code units' },
  {
    name: 'weak references',
    pattern: /\bWeak(?:Ref|Map|Set)\b|\bFinalizationRegistry\b/,
    instead: 'own what you refer to',
  },
  {
    name: 'promises',
    pattern: /(?<![#.\w])(?:async|await|Promise|queueMicrotask)\b/,
    instead: 'step machines: a crashed node’s continuation would still run',
  },
  {
    name: 'timers',
    pattern: /\bset(?:Timeout|Interval|Immediate)\b|\bperformance\b/,
    instead: 'arm a timer through the Outbox',
  },
  {
    name: 'host',
    pattern:
      /(?<![#.\w])(?:process\s*\.\s*(?:env|hrtime|nextTick|argv|std)|globalThis\b|console\s*\.|Buffer\b)/,
    instead: 'take a port',
  },
];

const machine = /^engine\/machine$/;
const ports = [machine, /^engine\/wire$/, /^engine\/records$/, /^engine\/timeline$/];
const simCore = [machine, /^sim\/(?:kernel|random|scenario|result)$/];

/** Room -> what it may import besides itself (`design.md` section 3). A room without a row may not exist. */
export const LAYERS: ReadonlyMap<string, readonly RegExp[]> = new Map([
  ['engine/machine', []],
  ['engine/wire', [machine]],
  ['engine/records', [machine, /^engine\/wire$/]],
  ['engine/exchange', [machine, /^engine\/wire$/]],
  ['engine/timeline', [machine]],
  ['engine/metadata', ports],
  ['engine/log', [...ports, /^engine\/records$/]],
  ['engine/raft', [...ports, /^engine\/(?:log|exchange)$/]],
  ['engine/replication', [...ports, /^engine\/(?:log|exchange|metadata)$/]],
  ['engine/coordinator', [...ports, /^engine\/(?:exchange|metadata)$/]],
  ['engine/controller', [...ports, /^engine\/(?:exchange|metadata)$/]],
  ['engine/broker', [...ports, /^engine\/(?:exchange|metadata|replication|coordinator)$/]],
  ['engine/server', [/^engine\/(?!client$)/]],
  ['engine/client', [...ports, /^engine\/exchange$/]],
  ['sim/random', [machine, /^seedrandom$/]],
  ['sim/placement', [machine, /^engine\/controller$/, /^sim\/random$/]],
  ['sim/kernel', [machine]],
  ['sim/scenario', []],
  ['sim/result', [/^sim\/scenario$/]],
  ['sim/clock', simCore],
  ['sim/network', simCore],
  ['sim/disk', simCore],
  ['sim/host', [...simCore, /^sim\/(?:clock|network|disk)$/]],
  ['sim/fault', [...simCore, /^sim\/(?:network|disk|host)$/]],
  ['sim/metrics', simCore],
  ['sim/workload', [...simCore, /^engine\/(?:records|wire|client)$/]],
  ['sim/trace', [...simCore, /^engine\/wire$/]],
  ['sim/check', [...simCore, /^engine\/(?:server|log|metadata|records|wire|coordinator)$/]],
  ['sim/cluster', [/^engine\//, /^sim\//]],
  ['sim/search', [/^sim\//, /^node:/]],
  ['sim/index.ts', [/^sim\//]],
  ['scenarios', [/^sim\//, /^zod$/, /^node:/]],
  ['reports', [/^sim\/(?:result|scenario)$/, /^node:/, /^vega/]],
  ['cli', [/^sim\//, /^scenarios$/, /^reports$/, /^node:/, /^commander$/, /^picocolors$/, /^zod$/]],
]);

/** Files that may be longer than the limit, and why. */
export const EXEMPT_LENGTH: ReadonlyMap<string, string> = new Map([
  ['test/sim/host/host.test.ts', 'stories of one host over one stage'],
  ['engine/wire/error-code.ts', 'a table: one line an error code'],
  ['engine/wire/api-key.ts', 'a table: one line an API'],
]);
