/**
 * Which loss a placement of replicas survives, and the fewest moves to one that survives every single loss.
 *
 * Kafka's racks have one dimension. A cloud's have two: fault domains, which share power and a switch, and update
 * domains, which are rebooted together; a broker stands in one of each. The rule for both: no loss of one domain takes
 * more than RF - min ISR replicas of any partition, so that it stays writable with acks=all.
 *
 * Pure: brokers, partitions and rules in, findings and a plan out. What is placed and what is asserted here is what
 * the controller places (`engine/controller`) and what AlterPartitionReassignments takes.
 */
export * from './domains.ts';
export * from './draw-placement.ts';
export * from './repair.ts';
