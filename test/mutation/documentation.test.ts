import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allInvariants, detectors, RULES, WEAKNESSES } from '../../sim/check/index.ts';
import { catalogue } from './catalogue/index.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const page = readFileSync(join(ROOT, 'docs/invariants.md'), 'utf8');

/** What the published specifications of replication and of the quorum demand, by their own names. */
const PUBLISHED = [
  ...['TypeOk', 'LeaderInIsr', 'WeakIsr', 'StrongIsr', 'ValidHighWatermark'],
  ...[
    'LeaderCompletenessProperty',
    'LeaderCandidateCompletenessProperty',
    'ReplicationQuorumSupersetProperty',
  ],
  ...['LogMatchingProperty', 'MetadataLogMatchingProperty', 'ConsistentReadProperty'],
  ...['NoCommittedRecordLostGlobally', 'ValidBrokerState', 'ValidReplicaState', 'ValidFetcherState'],
  ...['ValidControllerState', 'MinIsrRecoveryQuorum', 'ValidControllerIsrAndElr', 'EventuallyRuns'],
  ...['EventuallyUnfenced', 'AlterPartitionEpochEventuallyReachedOrZero', 'EventuallyMetadataConverges'],
  ...['EventuallyWriteIsAcceptedOrRejected', 'EventuallyAcknowledgedValueFullyReplicated'],
  ...['EventuallyReassignmentCompletes', 'LeaderHasAllAckedValues', 'AckedValueNotLost', 'NoLogDivergence'],
  ...['NeverTwoLeadersInSameEpoch', 'NoIllegalState', 'StatesMatchRoles', 'ValuesEventuallyAcked'],
  ...['ReconfigurationNotStuck', 'EventuallyLeaderElected', 'ElectionSafety', 'Durability'],
  ...['ValidRolesAndStates', 'NotStuckInProspective', 'MonotonicEpoch', 'MajorityReachedHighWatermark'],
  ...['SingleLeader', 'StableLeadership', 'MonotonicHighWatermark', 'SnapshotAtLogStart'],
  ...['LeaderNeverLoadSnapshot', 'ConsistentCommittedData'],
];

/** Cells of the table's rows: name, sentence, here, kind, test, mutations. */
const rows = page
  .split('## What a violation')[0]!
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| name'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('docs/invariants.md', () => {
  it('has a row for every published name', () => {
    const names = rows.map((cells) => cells[1]).join('\n');
    for (const name of PUBLISHED) expect(names).toMatch(new RegExp(`\\b${name}\\b`));
  });

  it('names checks that exist, in files that exist', () => {
    for (const cells of rows) {
      for (const [, file] of cells[3]!.matchAll(/`([a-z-]+\.ts)`/g)) {
        const places = ['invariant', 'validation', 'liveness'].map((room) =>
          join(ROOT, 'sim/check', room, file!),
        );
        expect(places.some(existsSync), file).toBe(true);
      }
    }
  });

  it('names every invariant', () => {
    for (const { name } of allInvariants()) expect(page).toContain(`\`${name}\``);
  });

  it('names mutations of the catalogue only, and has a row for each', () => {
    const ids = catalogue.map(({ id }) => id);
    for (const cells of rows) {
      for (const id of cells[6]!.split(', ')) if (id !== '') expect(ids).toContain(id);
    }
    for (const { id, bug, scenario } of catalogue) {
      const row = page.split('\n').find((line) => line.startsWith(`| ${id} |`));
      expect(row, id).toContain(`| ${bug} |`);
      expect(row, id).toContain(`| ${scenario} |`);
    }
  });

  it('has a row for every anomaly of histories, with what Jepsen says of it', () => {
    expect(detectors.map(({ name }) => name).sort()).toEqual(Object.keys(RULES).sort());
    const files = join(ROOT, 'sim/check/history/anomaly');
    for (const [name, { jepsen }] of Object.entries(RULES)) {
      const cells = page
        .split('\n')
        .find((line) => line.startsWith(`| \`${name}\` |`))
        ?.split('|')
        .map((cell) => cell.trim());
      expect(cells?.[4], name).toBe(jepsen);
      expect(existsSync(join(files, cells![3]!.replaceAll('`', ''))), name).toBe(true);
    }
  });

  it('has a row for every known weakness, as the table in the code has it', () => {
    for (const { excuses, id, issue, recognisedBy, under } of WEAKNESSES)
      expect(page).toContain(`| ${id} | ${issue} | ${under} | ${recognisedBy} | ${excuses ? 'yes' : 'no'} |`);
  });
});
