import { expect, it } from 'vitest';
import { runSmall } from './small-trial.ts';

/** Requests with which leaders ask whether a transaction has their partition (KIP-890 part 1). */
function verifications(isEnabled: boolean): number {
  let asked = 0;
  const traceLine = (line: string): void => {
    if (/ c?b\d .*AddPartitionsToTxn v[45] request/.test(line)) asked++;
  };
  const { verdict } = runSmall(
    {
      cluster: {
        brokers: 3,
        controllers: 1,
        topics: [{ name: 't', partitions: 2, replicationFactor: 3 }],
        brokerConfig: { 'transaction.partition.verification.enable': isEnabled },
        controllerConfig: { 'transaction.version': 1 },
      },
      traffic: {
        producers: [
          {
            name: 'p1',
            topic: 't',
            config: { 'transactional.id': 'x' },
            transactions: { records: 5 },
            workload: { kind: 'synthetic', rate: 40 },
          },
        ],
      },
      duration: '3s',
    },
    { traceLine },
  );
  expect(verdict).toBe('pass');
  return asked;
}

it('a broker’s own file turns the verification of transactions off', () => {
  expect(verifications(true)).toBeGreaterThan(0);
  expect(verifications(false)).toBe(0);
});
