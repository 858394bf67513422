import { describe, expect, test } from 'vitest';
import { MS } from '../../../../engine/machine/index.ts';
import { ErrorCode } from '../../../../engine/wire/index.ts';
import { GroupStage, subscriptionIn } from './group-stage.ts';

describe('joining', () => {
  test('a new member is given an id, joins with it, and reads from what was committed', () => {
    const s = new GroupStage();
    s.committed = (partition) => (partition === 0 ? 42 : -1);
    s.boot();
    const [first] = s.joins();
    expect(first!.broker).toBe(2);
    expect(first!.body.memberId).toBe('');
    expect(first!.body.protocols.map(({ name }) => name)).toEqual(['range', 'cooperative-sticky']);
    expect(subscriptionIn(first!).topics).toEqual(['t']);
    s.answerJoin(first!, { errorCode: ErrorCode.MEMBER_ID_REQUIRED, memberId: 'm' });
    const [second] = s.joins();
    expect(second!.body.memberId).toBe('m');
    s.follow(second!, 1);
    const [sync] = s.syncs();
    expect([sync!.body.memberId, sync!.body.generationId, sync!.body.assignments]).toEqual(['m', 1, []]);
    s.answerSync(sync!, [0, 1]);
    s.run(10 * MS);
    expect(s.takeEvents()).toEqual([
      'member m@1',
      'assigned t-0 t-1',
      'committed t-0 @42',
      'reset t-1 @0 e5',
    ]);
    expect(s.consumer.memberState).toBe('stable');
  });
});
