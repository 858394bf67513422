import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';

/** Which state may follow which (`BrokerLifecycleManager`). */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  NOT_RUNNING: ['STARTING', 'SHUTTING_DOWN'],
  STARTING: ['RECOVERY', 'SHUTTING_DOWN'],
  RECOVERY: ['RUNNING', 'SHUTTING_DOWN'],
  RUNNING: ['PENDING_CONTROLLED_SHUTDOWN', 'SHUTTING_DOWN'],
  PENDING_CONTROLLED_SHUTDOWN: ['SHUTTING_DOWN'],
  SHUTTING_DOWN: [],
};

/** Vanlightly's `ValidBrokerState`: who runs is registered. And nobody comes to run but by the states before it. */
export class ValidBrokerState implements Invariant {
  readonly name = 'ValidBrokerState';
  readonly property = 'A broker goes through its states in order, and is registered when it runs.';
  readonly facts = ['broker state changed'] as const;
  /** Of processes that live. */
  readonly #states = new Map<string, string>();

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    if (fact.fact !== 'broker state changed') return;
    const before = this.#states.get(node) ?? 'NOT_RUNNING';
    this.#states.set(node, fact.state);
    const isLegal = NEXT[before]?.includes(fact.state) ?? false;
    const isRegistered = fact.state !== 'RUNNING' || isKnown(node, shadow);
    if (isLegal && isRegistered) return;
    report({
      check: this.name,
      at,
      message: isLegal
        ? `${node} is RUNNING, but no controller has registered it`
        : `${node} went from ${before} to ${fact.state}`,
      evidence: { node, before, state: fact.state },
    });
  }

  onDown(node: string): void {
    this.#states.delete(node);
  }
}

function isKnown(node: string, shadow: ClusterShadow): boolean {
  for (const id of shadow.brokers.keys()) if (shadow.brokerNode(id) === node) return true;
  return false;
}
