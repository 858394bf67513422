import type { CommittedBatch, Raft } from '../../../engine/raft/index.ts';
import { textOf } from './text-records.ts';

/** What the owner of a replica makes of the log: a list of values. Pulls after each step, as an owner does. */
export class TestStateMachine {
  values: string[] = [];
  nextOffset = -1;
  lastEpoch = -1;
  isLeader = false;

  takeFrom(raft: Raft, onCommitted: (batch: CommittedBatch, values: readonly string[]) => void): void {
    const snapshot = raft.takeSnapshotToLoad();
    if (snapshot !== null) {
      this.values = [...textOf(snapshot.chunks)];
      this.nextOffset = snapshot.id.offset;
      this.lastEpoch = snapshot.id.epoch;
    }
    for (const batch of raft.takeCommitted()) {
      const values = batch.isControl ? [] : textOf([batch.batch]);
      this.values.push(...values);
      this.nextOffset = batch.lastOffset + 1;
      this.lastEpoch = batch.epoch;
      onCommitted(batch, values);
    }
    const change = raft.takeLeadership();
    if (change !== null) this.isLeader = change === 'became leader';
  }
}
