/** One producer at one partition, as the batches there tell it. */
export class ProducerState {
  readonly producerId: number;
  /** -1: nothing is known of it. */
  producerEpoch = -1;
  /** -1: it has not written in this epoch, or without sequences as coordinators do. */
  lastSequence = -1;
  /** Of its last batch or marker. */
  lastOffset = -1;
  /** Of its last marker. */
  coordinatorEpoch = -1;
  /** Where its open transaction begins; -1: none is open. */
  openFrom = -1;
  /** First and last offsets, in turn, of the stretches that its open transaction has written. */
  stretches: number[] = [];
  /** By node that has forgotten it: where that node's log ended then. Null: nobody has. */
  forgotten: Map<string, number> | null = null;

  constructor(producerId: number) {
    this.producerId = producerId;
  }

  /** It was silent for too long, or nothing is left of it where this node's log begins. */
  forgetOn(node: string, logEndOffset: number): void {
    this.forgotten ??= new Map();
    this.forgotten.set(node, logEndOffset);
  }

  /** Whether a node may take it for one that it never saw. */
  isForgottenBy(node: string): boolean {
    if (this.forgotten === null) return false;
    const logEndOffset = this.forgotten.get(node);
    return logEndOffset !== undefined && this.lastOffset < logEndOffset;
  }

  addStretch(firstOffset: number, lastOffset: number): void {
    const { stretches } = this;
    if (stretches.length > 0 && stretches[stretches.length - 1] === firstOffset - 1)
      stretches[stretches.length - 1] = lastOffset;
    else stretches.push(firstOffset, lastOffset);
  }

  cutStretches(logEndOffset: number): void {
    const { stretches } = this;
    while (stretches.length > 0 && stretches[stretches.length - 2]! >= logEndOffset) stretches.length -= 2;
    const last = stretches.length - 1;
    if (last >= 0) stretches[last] = Math.min(stretches[last]!, logEndOffset - 1);
  }
}
