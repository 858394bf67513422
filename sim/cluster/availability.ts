/** A partition in a client's hands. */
export interface Hold {
  readonly client: string;
  readonly log: string;
  readonly from: number;
  readonly to: number;
}

/** A time in which a client did not poll. */
export interface Silence {
  readonly client: string;
  readonly from: number;
  readonly to: number;
}

export interface Gaps {
  readonly totalUs: number;
  readonly longestUs: number;
}

/** Of each partition, from the first moment that somebody held it until `until`: how long nobody did. */
export function gapsOf(
  holds: readonly Hold[],
  logs: readonly string[],
  fromUs: number,
  untilUs: number,
): Gaps {
  let totalUs = 0;
  let longestUs = 0;
  const byLog = new Map<string, Hold[]>(logs.map((log) => [log, []]));
  for (const hold of holds) byLog.get(hold.log)?.push(hold);
  for (const mine of byLog.values()) {
    mine.sort((a, b) => a.from - b.from);
    let covered = mine[0]?.from ?? fromUs;
    const add = (gap: number): void => {
      if (gap <= 0) return;
      totalUs += gap;
      longestUs = Math.max(longestUs, gap);
    };
    for (const { from, to } of mine) {
      add(from - covered);
      covered = Math.max(covered, to);
    }
    add(untilUs - covered);
  }
  return { totalUs, longestUs };
}

/** What is left of the holds when their owners' silences are taken out. A hold that is all silence stays, empty. */
export function whilePolling(holds: readonly Hold[], silences: readonly Silence[]): Hold[] {
  const byClient = new Map<string, Silence[]>();
  for (const silence of silences) {
    const mine = byClient.get(silence.client);
    if (mine === undefined) byClient.set(silence.client, [silence]);
    else mine.push(silence);
  }
  for (const mine of byClient.values()) mine.sort((a, b) => a.from - b.from);
  return holds.flatMap((hold) => spoken(hold, byClient.get(hold.client) ?? []));
}

function spoken(hold: Hold, silences: readonly Silence[]): Hold[] {
  const { client, log, to } = hold;
  // When it was held first is known by the first of these, so it stays even where its owner was silent at once.
  const pieces: Hold[] = [{ client, log, from: hold.from, to: hold.from }];
  let from = hold.from;
  for (const silence of silences) {
    if (silence.to <= from) continue;
    if (silence.from >= to) break;
    if (silence.from > from) pieces.push({ client, log, from, to: silence.from });
    from = silence.to;
  }
  if (from < to) pieces.push({ client, log, from, to });
  return pieces;
}
