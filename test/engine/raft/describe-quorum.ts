import type { Us } from '../../../engine/machine/index.ts';
import type { Raft } from '../../../engine/raft/index.ts';
import type { Told } from './test-quorum-options.ts';
import type { TestStateMachine } from './test-state-machine.ts';

interface NodeState {
  readonly id: number;
  readonly raft: Raft | null;
  readonly applied: TestStateMachine;
  readonly exit: string | null;
}

/** Where each replica stands and what was told last: for a failure's message. */
export function describeQuorum(now: Us, nodes: readonly NodeState[], facts: readonly Told[]): string {
  const states = nodes.map(({ id, raft, applied, exit }) =>
    raft === null
      ? `${id} down ${exit ?? ''}`
      : `${id} ${raft.role} e${raft.quorumEpoch} leader ${raft.leader} @${raft.logEndOffset} hw ${raft.highWatermark} ` +
        `applied ${applied.nextOffset} voters ${raft.voters.ids.join()}`,
  );
  const last = facts
    .slice(-12)
    .map((told) => `${told.at} ${told.node} ${JSON.stringify(told.fact, replaceBytes)}`);
  return [`at ${now}us`, ...states, ...last].join('\n');
}

function replaceBytes(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? `${value.length} bytes` : value;
}
