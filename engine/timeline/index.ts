/**
 * Structures that remember: a map, a set and a value that can be read as of an earlier snapshot and taken back to it.
 *
 * A coordinator applies records before they are replicated and answers reads from what is. Both come from here:
 *
 *     snapshot 10 |  a=1
 *     snapshot 12 |  a=1 b=2      <- high watermark: reads ask for 12
 *     newest      |  a=3 b=2 c=4  <- decisions look here; revertTo(12) when the append of a=3 c=4 fails
 *
 * Invariants: a snapshot's offset is higher than that of every earlier one; reading as of a snapshot gives what was
 * there when it was taken; a structure holds undo information only for snapshots that exist, and only what changed
 * after them; without snapshots a structure costs what a plain map costs.
 *
 * A key keeps its place in the order for as long as it is there; one whose deletion is taken back stands at the end.
 *
 * Kafka's counterparts: `org.apache.kafka.timeline.{SnapshotRegistry, SnapshottableHashTable, TimelineHashMap,
 * TimelineHashSet, TimelineObject}`.
 */
export { SnapshotRegistry } from './snapshot-registry.ts';
export { TimelineMap } from './timeline-map.ts';
export { TimelineSet } from './timeline-set.ts';
export { TimelineValue } from './timeline-value.ts';
