import { expect, it } from 'vitest';
import {
  LogDirectory,
  LogTimer,
  logConfigDefaults,
  logDirectoryConfigDefaults,
} from '../../../../engine/log/index.ts';
import { MS, SECOND, timerId } from '../../../../engine/machine/index.ts';
import { buildBatch } from '../../../../engine/records/index.ts';
import { LogOutbox } from '../log-outbox.ts';
import { MemoryDisk } from '../memory-disk.ts';
import { appended, bytesOf, TOPIC_ID } from '../stage.ts';

const MINUTE = 60 * SECOND;
/** The wall clock stands there; the record says of itself that it is of the beginning. */
const NOW_MS = 1_000_000;

it('a directory forgets producers that were silent for producer.id.expiration.ms, every ten minutes', () => {
  const out = new LogOutbox();
  const options = {
    disk: new MemoryDisk('/data'),
    path: '/data',
    random: { stream: () => ({ u32: () => 7, below: () => 0 }) },
    wall: { nowMs: () => NOW_MS },
    config: logDirectoryConfigDefaults,
    clusterId: 'cluster',
    nodeId: 1,
  };
  const directory = LogDirectory.open(0, options, out);
  if (!(directory instanceof LogDirectory)) throw new Error(directory.path);
  const log = directory.create('orders-0', TOPIC_ID, logConfigDefaults, out);
  if (!('producers' in log)) throw new Error(log.path);
  const batch = buildBatch({ producerId: 7, producerEpoch: 0, baseSequence: 0 }, [
    { timestamp: 0, key: null, value: bytesOf('v') },
  ]);
  appended(log.appendAsLeader([batch], 1, out));
  const look = (at: number): number => {
    directory.onTimer(at, LogTimer.HighWatermarkCheckpoint, 0, out);
    expect(out.timers.get(timerId(LogTimer.HighWatermarkCheckpoint, 0))).toBe(at + 5 * SECOND);
    return log.producers.entries().length;
  };
  expect(look(10 * MINUTE)).toBe(1);
  directory.producerExpiry.expirationMs = NOW_MS;
  expect(look(20 * MINUTE - MS)).toBe(1);
  expect(look(20 * MINUTE)).toBe(0);
  expect(out.facts).toContainEqual({ fact: 'producers forgotten', log: 'orders-0', producerIds: [7] });
});
