import type { MetadataRecord } from '../metadata/index.ts';
import { ErrorCode, type UnregisterBrokerRequest, type UnregisterBrokerResponse } from '../wire/index.ts';
import type { ControllerState } from './controller-state.ts';
import {
  type ApiError,
  apiError,
  type Decision,
  decided,
  isTooLarge,
  rejected,
  TOO_LARGE,
} from './decision.ts';
import { appendLeaderAndIsrUpdates } from './leader-and-isr-updates.ts';

export function unregisterBrokerAnswer(error: ApiError | null): UnregisterBrokerResponse {
  return {
    throttleTimeMs: 0,
    errorCode: error?.code ?? ErrorCode.NONE,
    errorMessage: error?.message ?? null,
  };
}

/**
 * Forgets a broker for good: it leaves every ISR first, then its registration goes. It stays in the replica lists of
 * its partitions, which only a reassignment changes (`ReplicationControlManager.unregisterBroker`).
 */
export function decideUnregisterBroker(state: ControllerState, request: UnregisterBrokerRequest): Decision {
  const { brokerId } = request;
  const registration = state.image.broker(brokerId);
  if (registration === undefined) {
    const message = `Broker ID ${brokerId} is not currently registered`;
    return decided(unregisterBrokerAnswer(apiError(ErrorCode.BROKER_ID_NOT_REGISTERED, message)));
  }
  const records: MetadataRecord[] = [];
  const move = { remove: brokerId };
  appendLeaderAndIsrUpdates(state, move, (partition) => partition.isr.includes(brokerId), records);
  appendLeaderAndIsrUpdates(state, move, (partition) => partition.elr.includes(brokerId), records);
  records.push({ type: 'UnregisterBrokerRecord', brokerId, brokerEpoch: registration.epoch });
  if (isTooLarge(records)) return rejected(unregisterBrokerAnswer(TOO_LARGE));
  return decided(unregisterBrokerAnswer(null), records);
}
