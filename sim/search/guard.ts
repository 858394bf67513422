/** A run touched something that is not the same every time. It carries the name of what it touched. */
export class NondeterminismError extends Error {
  override name = 'NondeterminismError';
}

type Host = Record<string, unknown>;

/** The globals that leak time or luck, by owner. Traps stand only while a run is under way. */
const TRAPS: readonly (readonly [owner: () => Host, ownerName: string, member: string])[] = [
  [() => Math as unknown as Host, 'Math', 'random'],
  [() => Date as unknown as Host, 'Date', 'now'],
  [() => performance as unknown as Host, 'performance', 'now'],
  [() => globalThis as Host, '', 'setTimeout'],
  [() => globalThis as Host, '', 'setInterval'],
  [() => globalThis as Host, '', 'setImmediate'],
  [() => globalThis as Host, '', 'queueMicrotask'],
  [() => globalThis as Host, '', 'fetch'],
  [() => crypto as unknown as Host, 'crypto', 'randomUUID'],
  [() => crypto as unknown as Host, 'crypto', 'getRandomValues'],
  [() => process as unknown as Host, 'process', 'hrtime'],
];

/**
 * Runs `body` with ambient time and luck trapped. A touch throws where it happens; should that be caught on the way
 * (a node that crashes by an exception is part of the simulation) it is thrown again at the end, by name.
 */
export function guarded<T>(body: () => T): T {
  let touched: NondeterminismError | null = null;
  const restore: (() => void)[] = [];
  const trap = (what: string) => () => {
    const error = new NondeterminismError(
      `${what} was called during a run: time and luck come only from the ports that a machine is handed`,
    );
    touched ??= error;
    throw error;
  };
  for (const [owner, ownerName, member] of TRAPS) {
    const host = owner();
    const descriptor = Object.getOwnPropertyDescriptor(host, member);
    const what = ownerName === '' ? `${member}()` : `${ownerName}.${member}()`;
    Object.defineProperty(host, member, { value: trap(what), configurable: true, writable: true });
    restore.push(() => {
      if (descriptor === undefined) delete host[member];
      else Object.defineProperty(host, member, descriptor);
    });
  }
  const RealDate = globalThis.Date;
  globalThis.Date = trappedDate(RealDate, trap('new Date()'));
  restore.push(() => {
    globalThis.Date = RealDate;
  });
  let result: T;
  try {
    result = body();
  } finally {
    for (const undo of restore.reverse()) undo();
  }
  if (touched !== null) throw touched;
  return result;
}

/** `new Date(2001, 0)` is a value; `new Date()` is the present. */
function trappedDate(RealDate: DateConstructor, trap: () => never): DateConstructor {
  return new Proxy(RealDate, {
    construct: (target, args) => (args.length === 0 ? trap() : Reflect.construct(target, args)),
    apply: trap,
  });
}
