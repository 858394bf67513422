import type {
  ClassicRoom,
  ConsumerRoom,
  Group,
  GroupFace,
  GroupRecord,
  MakeRooms,
  OffsetExpiration,
} from '../../../../engine/coordinator/index.ts';
import type { TimelineMap } from '../../../../engine/timeline/index.ts';
import { ErrorCode, OPERATIONS_NOT_REQUESTED } from '../../../../engine/wire/index.ts';

/** Rooms without members: groups that only store positions. */
export const makeSimpleRooms: MakeRooms = (_context, groups) => {
  const classic: ClassicRoom = {
    join: () => ErrorCode.COORDINATOR_NOT_AVAILABLE,
    sync: () => ErrorCode.COORDINATOR_NOT_AVAILABLE,
    heartbeat: () => ErrorCode.COORDINATOR_NOT_AVAILABLE,
    leave: () => ErrorCode.COORDINATOR_NOT_AVAILABLE,
    describe: (groupId, apiVersion, atOffset) => describe(groups, groupId, apiVersion, atOffset),
    rejectCommit: (_now, _group, claim) =>
      claim.generationIdOrMemberEpoch < 0 ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID,
    makeSimpleGroup: (groupId) => {
      const group = new SimpleGroup(groupId);
      groups.set(groupId, group);
      return group;
    },
    replay: ({ key, value }) => {
      if (value === null) groups.delete(key.group);
    },
    onLoaded: () => {},
    onUnloaded: () => {},
  };
  const consumer: ConsumerRoom = {
    heartbeat: () => ErrorCode.COORDINATOR_NOT_AVAILABLE,
    describe: (groupId) => ({
      errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
      errorMessage: null,
      groupId,
      groupState: '',
      groupEpoch: 0,
      assignmentEpoch: 0,
      assignorName: '',
      members: [],
      authorizedOperations: OPERATIONS_NOT_REQUESTED,
    }),
    rejectCommit: () => ErrorCode.NONE,
    rejectFetch: () => ErrorCode.NONE,
    replay: () => {},
    onLoaded: () => {},
    onUnloaded: () => {},
    onMetadata: () => {},
  };
  return { classic, consumer };
};

class SimpleGroup implements GroupFace {
  readonly kind = 'classic';
  readonly groupId: string;
  readonly memberCount = 0;
  readonly isEmpty = true;

  constructor(groupId: string) {
    this.groupId = groupId;
  }

  protocolTypeAt(): string {
    return '';
  }
  stateNameAt(): string {
    return 'Empty';
  }
  isSubscribedToTopic(): boolean {
    return false;
  }
  rejectOffsetDelete(): number {
    return ErrorCode.NONE;
  }
  rejectDelete(): number {
    return ErrorCode.NONE;
  }
  offsetExpiration(): OffsetExpiration {
    return (commitTimestampMs) => commitTimestampMs;
  }
  addTombstones(records: GroupRecord[]): void {
    records.push({ type: 'GroupMetadata', key: { group: this.groupId }, value: null });
  }
  cancelTimers(): void {}
}

function describe(groups: TimelineMap<string, Group>, groupId: string, apiVersion: number, atOffset: number) {
  const group = groups.get(groupId, atOffset);
  const isUnknown = group === undefined && apiVersion >= 6;
  return {
    errorCode: isUnknown ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.NONE,
    errorMessage: isUnknown ? `Group ${groupId} not found.` : null,
    groupId,
    groupState: group?.stateNameAt(atOffset) ?? 'Dead',
    protocolType: group?.protocolTypeAt(atOffset) ?? '',
    protocolData: '',
    members: [],
    authorizedOperations: OPERATIONS_NOT_REQUESTED,
  };
}
