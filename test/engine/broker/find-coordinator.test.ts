import { describe, expect, it } from 'vitest';
import { decideFindCoordinator } from '../../../engine/broker/handlers/find-coordinator.ts';
import { ErrorCode } from '../../../engine/wire/index.ts';
import { addTopic, fence, imageWithBrokers, TOPIC_ID } from './images.ts';

const ask = (keyType: number, ...coordinatorKeys: string[]) => ({ key: '', keyType, coordinatorKeys });

describe('find coordinator', () => {
  it('has the topic of the type made for whoever asks first', () => {
    const image = imageWithBrokers(1);
    expect(decideFindCoordinator(image, 6, ask(0, 'g')).create).toBe('__consumer_offsets');
    expect(decideFindCoordinator(image, 6, ask(1, 'x')).create).toBe('__transaction_state');
    const share = ask(2, `g:${TOPIC_ID}:0`);
    expect(decideFindCoordinator(image, 6, share).create).toBe('__share_group_state');
    const early = decideFindCoordinator(image, 5, share);
    expect(early.create).toBe('');
    expect(early.response.coordinators[0]).toMatchObject({ errorCode: ErrorCode.INVALID_REQUEST });
  });

  it('names the leader of the partition of the key, and nobody who is fenced', () => {
    const image = imageWithBrokers(1);
    addTopic(image, '__consumer_offsets', TOPIC_ID, 3);
    const found = decideFindCoordinator(image, 4, ask(0, 'g', 'h'));
    expect(found.create).toBe('');
    expect(found.response.coordinators).toMatchObject([
      { key: 'g', nodeId: 1, host: 'b1', port: 9092, errorCode: ErrorCode.NONE },
      { key: 'h', nodeId: 1, errorCode: ErrorCode.NONE },
    ]);
    const single = decideFindCoordinator(image, 3, { key: 'g', keyType: 0, coordinatorKeys: [] });
    expect(single.response).toMatchObject({
      nodeId: 1,
      host: 'b1',
      errorCode: ErrorCode.NONE,
      coordinators: [],
    });
    fence(image, 1);
    const lost = decideFindCoordinator(image, 3, { key: 'g', keyType: 0, coordinatorKeys: [] });
    expect(lost.response).toMatchObject({ nodeId: -1, errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE });
  });
});
