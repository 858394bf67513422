import { describe, expect, it } from 'vitest';
import { BrokerHeartbeats } from '../../../engine/controller/broker-heartbeats.ts';
import { ClusterImage } from '../../../engine/metadata/index.ts';

const WISHES = [
  { wantFence: false, wantShutDown: false, currentMetadataOffset: 10 },
  { wantFence: false, wantShutDown: false, currentMetadataOffset: 9 },
  { wantFence: true, wantShutDown: false, currentMetadataOffset: 10 },
  { wantFence: false, wantShutDown: true, currentMetadataOffset: 10 },
  { wantFence: true, wantShutDown: true, currentMetadataOffset: 10 },
];

function heartbeats(): BrokerHeartbeats {
  const known = new BrokerHeartbeats(0, 9_000_000, new ClusterImage());
  known.register(1, true);
  return known;
}

describe('the state of a broker', () => {
  const next = (known: BrokerHeartbeats, leads: boolean) =>
    WISHES.map((wish) => known.nextState(1, wish, 10, () => leads));

  it('FENCED follows what it wishes and how far it has read', () => {
    const expected = ['UNFENCED', 'FENCED', 'FENCED', 'SHUTDOWN_NOW', 'SHUTDOWN_NOW'];
    expect(next(heartbeats(), true)).toEqual(expected);
  });

  it('UNFENCED leaves in order when it leads, at once when it does not', () => {
    const known = heartbeats();
    known.touch(1, false, 10);
    expect(next(known, true)).toEqual([
      'UNFENCED',
      'UNFENCED',
      'FENCED',
      'CONTROLLED_SHUTDOWN',
      'SHUTDOWN_NOW',
    ]);
    expect(next(known, false)[3]).toBe('SHUTDOWN_NOW');
  });

  it('CONTROLLED_SHUTDOWN stays while it leads or another has not read far enough, whatever it wishes', () => {
    const known = heartbeats();
    known.touch(1, false, 10);
    known.register(2, false);
    known.enterControlledShutdown(1, 20);
    known.enterControlledShutdown(1, 99);
    known.touch(2, false, 19);
    expect(new Set(next(known, false))).toEqual(new Set(['CONTROLLED_SHUTDOWN']));
    known.touch(2, false, 20);
    expect(new Set(next(known, true))).toEqual(new Set(['CONTROLLED_SHUTDOWN']));
    expect(new Set(next(known, false))).toEqual(new Set(['SHUTDOWN_NOW']));
  });

  it('CONTROLLED_SHUTDOWN ends when the broker is fenced', () => {
    const known = heartbeats();
    known.touch(1, false, 10);
    known.enterControlledShutdown(1, 20);
    known.touch(1, true, 10);
    expect(known.state(1)).toBe('FENCED');
  });
});
