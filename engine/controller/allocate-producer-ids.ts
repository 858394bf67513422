import {
  type AllocateProducerIdsRequest,
  type AllocateProducerIdsResponse,
  ErrorCode,
  LONG_MAX,
} from '../wire/index.ts';
import type { ControllerState } from './controller-state.ts';
import { type Decision, decided, rejected } from './decision.ts';

/** How many producer ids a broker gets at once (`ProducerIdsBlock.PRODUCER_ID_BLOCK_SIZE`). */
export const PRODUCER_ID_BLOCK_SIZE = 1_000;

export function allocateProducerIdsError(errorCode: number): AllocateProducerIdsResponse {
  return { throttleTimeMs: 0, errorCode, producerIdStart: 0, producerIdLen: 0 };
}

/**
 * Gives a broker a block of producer ids that nobody else has or will have (`ProducerIdControlManager`, KIP-730). The
 * epoch guards against a broker that was replaced and does not know it. An answer that is lost costs its block: ids
 * are never given twice.
 */
export function decideAllocateProducerIds(
  state: ControllerState,
  request: AllocateProducerIdsRequest,
): Decision {
  const { brokerId, brokerEpoch } = request;
  if (state.image.broker(brokerId)?.epoch !== brokerEpoch) {
    return rejected(allocateProducerIdsError(ErrorCode.STALE_BROKER_EPOCH));
  }
  const producerIdStart = state.image.nextProducerId;
  if (producerIdStart > LONG_MAX - PRODUCER_ID_BLOCK_SIZE) {
    return rejected(allocateProducerIdsError(ErrorCode.UNKNOWN_SERVER_ERROR));
  }
  const nextProducerId = producerIdStart + PRODUCER_ID_BLOCK_SIZE;
  const body: AllocateProducerIdsResponse = {
    throttleTimeMs: 0,
    errorCode: ErrorCode.NONE,
    producerIdStart,
    producerIdLen: PRODUCER_ID_BLOCK_SIZE,
  };
  return decided(body, [{ type: 'ProducerIdsRecord', brokerId, brokerEpoch, nextProducerId }]);
}
