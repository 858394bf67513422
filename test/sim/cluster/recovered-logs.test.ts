import { beforeAll, describe, expect, it } from 'vitest';
import type { Disk } from '../../../engine/machine/index.ts';
import { validateRecovery } from '../../../sim/check/index.ts';
import type { Cluster } from '../../../sim/cluster/cluster.ts';
import { CLUSTER_ID, LOG_DIRECTORY } from '../../../sim/cluster/cluster.ts';
import { COMPRESSION } from '../../../sim/cluster/compression.ts';
import { Trial } from '../../../sim/cluster/trial.ts';
import { smallScenario } from './small-trial.ts';

describe('logs recovered from a copy of the disk', () => {
  let cluster: Cluster;

  beforeAll(() => {
    const trial = new Trial(smallScenario({ duration: '2s' }), {
      seed: '1',
      codec: 'objects',
      datasets: new Map(),
    });
    expect(trial.boot()).toBe(true);
    trial.runTraffic();
    trial.settle();
    cluster = trial.cluster;
  });

  /** What the check finds when `tamper` was at the copy of b2's disk. */
  function findings(tamper: (image: Disk) => void): string[] {
    const views = {
      brokers: cluster.brokerViews(),
      controllers: [],
      outstanding: 0,
      unsent: [],
      operations: [],
      members: [],
      positions: [],
      compacted: new Set<string>(),
    };
    return validateRecovery(cluster.kernel.now, views, {
      clusterId: CLUSTER_ID,
      directories: [LOG_DIRECTORY],
      compression: COMPRESSION,
      imageOf: (broker) => {
        const image = cluster.host(broker).disk.image();
        if (broker === 'b2') tamper(image);
        return image;
      },
    }).map(({ message }) => message);
  }

  function segmentOf(image: Disk, log: string): string {
    const name = image.list(`${LOG_DIRECTORY}/${log}`).find((file) => file.endsWith('.log'))!;
    return `${LOG_DIRECTORY}/${log}/${name}`;
  }

  it('are the live logs', () => {
    expect(findings(() => {})).toEqual([]);
  });

  it('end early when one byte of a batch has changed', () => {
    const found = findings((image) => {
      const file = segmentOf(image, 't-0');
      const bytes = Uint8Array.from(image.read(file, 0, image.size(file)) as Uint8Array);
      bytes[70]! ^= 1;
      image.write(file, bytes);
    });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^t-0 on b2: it ends at \d+, recovered at 0$/);
  });

  it('differ where a batch was replaced by another that is sound', () => {
    const found = findings((image) => {
      const file = segmentOf(image, 't-0');
      const other = image.read(segmentOf(image, 't-1'), 0, image.size(segmentOf(image, 't-1'))) as Uint8Array;
      image.write(file, other);
    });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^t-0 on b2: /);
  });

  it('are missed when their directory is gone', () => {
    const found = findings((image) => {
      image.remove(`${LOG_DIRECTORY}/t-1`);
    });
    expect(found).toEqual(['t-1 on b2: recovery does not find it']);
  });
});
