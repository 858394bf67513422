/**
 * What a machine tells the world that it did, in the past tense: checks judge by facts, reports draw them, traces
 * print them. A fact costs one small object and is emitted once, by the owner of the state, right after the change.
 * `log` names a replica's log: `topic-partition` for data, `__cluster_metadata-0` for the quorum's.
 */
export type Fact =
  | {
      readonly fact: 'log opened';
      readonly log: string;
      /** Null: of the quorum's log, and of one that went down before it knew. */
      readonly topicId: string | null;
      readonly logStartOffset: number;
      readonly logEndOffset: number;
      readonly highWatermark: number;
    }
  | {
      readonly fact: 'log appended';
      readonly log: string;
      readonly baseOffset: number;
      readonly lastOffset: number;
      readonly leaderEpoch: number;
      /** The batch as stored: one whole v2 batch. */
      readonly batch: Uint8Array;
    }
  | {
      readonly fact: 'log truncated';
      readonly log: string;
      readonly logEndOffset: number;
      /** As it is after the cut. */
      readonly lastStableOffset?: number;
    }
  /** The log was emptied and starts over at an offset (out of range, or a snapshot took its place). */
  | { readonly fact: 'log restarted'; readonly log: string; readonly logStartOffset: number }
  | { readonly fact: 'log start advanced'; readonly log: string; readonly logStartOffset: number }
  /** Segments between two offsets were replaced by what compaction leaves of them. */
  | {
      readonly fact: 'log compacted';
      readonly log: string;
      readonly from: number;
      readonly to: number;
      /** What the last record of a key was is known up to here (excluding). */
      readonly cleanedTo: number;
      readonly bytesBefore: number;
      readonly bytesAfter: number;
      readonly recordsBefore: number;
      readonly recordsAfter: number;
    }
  | { readonly fact: 'log closed'; readonly log: string; readonly reason: 'deleted' | 'failed' }
  | {
      readonly fact: 'high watermark advanced';
      readonly log: string;
      readonly highWatermark: number;
      readonly lastStableOffset: number;
      readonly logEndOffset: number;
      readonly leaderEpoch: number;
      readonly leader: boolean;
    }
  | {
      readonly fact: 'replica became leader';
      readonly log: string;
      readonly leaderEpoch: number;
      readonly leaderEpochStartOffset: number;
      readonly highWatermark: number;
      readonly isr: readonly number[];
    }
  | {
      readonly fact: 'replica became follower';
      readonly log: string;
      readonly leaderEpoch: number;
      readonly leader: number;
    }
  /** A leader's view of its ISR: the committed set and the maximal one (KIP-497). */
  | {
      readonly fact: 'isr changed';
      readonly log: string;
      readonly leaderEpoch: number;
      readonly partitionEpoch: number;
      readonly isr: readonly number[];
      readonly maximalIsr: readonly number[];
    }
  | {
      readonly fact: 'quorum role changed';
      readonly role:
        | 'unattached'
        | 'prospective'
        | 'candidate'
        | 'leader'
        | 'resigned'
        | 'follower'
        | 'observer';
      readonly quorumEpoch: number;
      /** -1 when unknown. */
      readonly leader: number;
    }
  /** Who votes, in this replica's eyes: what the end of its log says counts, committed or not (KIP-853). */
  | {
      readonly fact: 'quorum voters changed';
      /** Sorted by id. A static voter's directory is not known. */
      readonly voters: readonly { readonly id: number; readonly directoryId: string | null }[];
      /** Where the log says so; -1 for static voters and those of the bootstrap snapshot. */
      readonly recordOffset: number;
      readonly kraftVersion: number;
    }
  | { readonly fact: 'quorum committed'; readonly highWatermark: number; readonly quorumEpoch: number }
  /** Broker or controller: metadata is applied up to (excluding) this offset. */
  | { readonly fact: 'metadata applied'; readonly metadataOffset: number }
  /** The active controller's own view; emitted when the record is committed. */
  | {
      readonly fact: 'partition changed';
      readonly log: string;
      readonly topicId: string;
      readonly leader: number;
      readonly leaderEpoch: number;
      readonly partitionEpoch: number;
      readonly replicas: readonly number[];
      readonly isr: readonly number[];
      readonly elr: readonly number[];
      /** The last leader of a partition whose ISR and ELR are empty (KIP-966). */
      readonly lastKnownElr: readonly number[];
      /** `min.insync.replicas`, and never more than there are replicas, as it is when this is told. */
      readonly minIsr: number;
      readonly unclean: boolean;
    }
  /** Its topic is deleted. */
  | { readonly fact: 'partition removed'; readonly log: string; readonly topicId: string }
  | {
      readonly fact: 'broker changed';
      readonly broker: number;
      readonly brokerEpoch: number;
      readonly fenced: boolean;
      readonly shuttingDown: boolean;
    }
  | { readonly fact: 'broker state changed'; readonly state: string }
  /** Producers that were silent for too long: their next batch is taken whatever its sequence. */
  | { readonly fact: 'producers forgotten'; readonly log: string; readonly producerIds: readonly number[] }
  /** A replica has a marker that ended an open transaction. */
  | {
      readonly fact: 'transaction ended at partition';
      readonly log: string;
      readonly producerId: number;
      readonly producerEpoch: number;
      readonly firstOffset: number;
      /** Of the marker. */
      readonly lastOffset: number;
      readonly isCommit: boolean;
    }
  /** A group of consumers in its coordinator's eyes; the epoch is a classic group's generation. */
  | {
      readonly fact: 'group changed';
      readonly group: string;
      readonly kind: 'classic' | 'consumer';
      readonly state: string;
      readonly epoch: number;
      readonly members: number;
      /** Why, in words. */
      readonly reason: string;
    }
  | {
      readonly fact: 'log recovered';
      readonly log: string;
      readonly truncatedBytes: number;
      readonly segments: number;
    }
  /** A broker that leads a partition of a coordinators' topic has replayed it, and answers. */
  | {
      readonly fact: 'coordinator loaded';
      readonly topic: string;
      readonly partition: number;
      readonly leaderEpoch: number;
    }
  /** It answers no more. `why` is empty when another broker leads, and says what went wrong otherwise. */
  | {
      readonly fact: 'coordinator unloaded';
      readonly topic: string;
      readonly partition: number;
      readonly leaderEpoch: number;
      readonly why: string;
    }
  /** A transition of a transactional id is replicated. `state` as `DescribeTransactions` spells it. */
  | {
      readonly fact: 'transaction changed';
      readonly transactionalId: string;
      readonly producerId: number;
      readonly producerEpoch: number;
      readonly state: string;
      readonly partitions: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
      readonly coordinatorEpoch: number;
    }
  /** A group's coordinator takes a commit, and appends its records next: as whom somebody commits, by its own word. */
  | {
      readonly fact: 'offset commit accepted';
      readonly group: string;
      /** Empty: no member. */
      readonly memberId: string;
      /** The member epoch, or a classic group's generation; -1: of no member. */
      readonly memberEpoch: number;
      readonly isTransactional: boolean;
    }
  /** A group's position is replicated. */
  | {
      readonly fact: 'offset committed';
      readonly group: string;
      readonly topic: string;
      readonly partition: number;
      readonly offset: number;
    };
