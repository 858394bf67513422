/** A committed position, and where its record lies. */
export interface PositionShadow {
  readonly offset: number;
  readonly recordOffset: number;
}

/** The positions of one partition of `__consumer_offsets`: what counts, and what open transactions would make of it. */
export class OffsetsShadow {
  /** By `group log`. */
  readonly committed = new Map<string, PositionShadow>();
  /** By producer, by `group log`. */
  readonly pending = new Map<number, Map<string, PositionShadow>>();

  /** Null takes a position away, pending ones too. Producer -1: not within a transaction. */
  apply(producerId: number, key: string, position: PositionShadow | null): void {
    if (position === null) {
      this.committed.delete(key);
      for (const [producer, positions] of this.pending) {
        if (positions.delete(key) && positions.size === 0) this.pending.delete(producer);
      }
      return;
    }
    if (producerId === -1) {
      this.committed.set(key, position);
      return;
    }
    let positions = this.pending.get(producerId);
    if (positions === undefined) this.pending.set(producerId, (positions = new Map()));
    positions.set(key, position);
  }

  /** Of a position committed within a transaction and one beside it the one whose record lies later counts. */
  end(producerId: number, isCommit: boolean): void {
    const positions = this.pending.get(producerId);
    if (positions === undefined) return;
    this.pending.delete(producerId);
    if (!isCommit) return;
    for (const [key, position] of positions) {
      const existing = this.committed.get(key);
      if (existing === undefined || existing.recordOffset <= position.recordOffset)
        this.committed.set(key, position);
    }
  }
}
