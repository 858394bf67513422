import { LISTENER_NAME } from '../../../engine/raft/index.ts';
import {
  type AddRaftVoterRequest,
  ApiKey,
  errorName,
  type RemoveRaftVoterRequest,
} from '../../../engine/wire/index.ts';
import type { TestQuorum } from './test-quorum.ts';

/** What became of a request: null while it waits, else the error's name and the message. */
export type Verdict = () => string | null;

/** Asks `to` to let `id` vote. */
export function addVoter(
  quorum: TestQuorum,
  to: number,
  id: number,
  over: Partial<AddRaftVoterRequest> = {},
): Verdict {
  const { host, port } = quorum.endpointOf(id);
  const body: AddRaftVoterRequest = {
    clusterId: quorum.clusterId,
    timeoutMs: 2000,
    voterId: id,
    voterDirectoryId: quorum.directoryIdOf(id),
    listeners: [{ name: LISTENER_NAME, host, port }],
    ackWhenCommitted: true,
    ...over,
  };
  return verdictOf(quorum.ask(to, ApiKey.AddRaftVoter, 1, body));
}

/** Asks `to` to let `id` vote no more. */
export function removeVoter(
  quorum: TestQuorum,
  to: number,
  id: number,
  over: Partial<RemoveRaftVoterRequest> = {},
): Verdict {
  const body: RemoveRaftVoterRequest = {
    clusterId: quorum.clusterId,
    voterId: id,
    voterDirectoryId: quorum.directoryIdOf(id),
    ...over,
  };
  return verdictOf(quorum.ask(to, ApiKey.RemoveRaftVoter, 0, body));
}

function verdictOf(asked: { readonly answer: object | null }): Verdict {
  return () => (asked.answer === null ? null : errorName((asked.answer as { errorCode: number }).errorCode));
}
