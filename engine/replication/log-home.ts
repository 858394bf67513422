import type { LogDirectories } from '../log/index.ts';

/** The logs of a broker's directories: what replication uses of `LogDirectories`. */
export type LogHome = Pick<
  LogDirectories,
  | 'paths'
  | 'online'
  | 'logs'
  | 'futures'
  | 'get'
  | 'future'
  | 'create'
  | 'createFuture'
  | 'remove'
  | 'removeFuture'
  | 'promote'
  | 'prefer'
  | 'hasOffline'
  | 'isOnline'
  | 'isOnlineId'
  | 'isCordoned'
  | 'directoryIdAt'
  | 'directoryOf'
  | 'directoryOfFuture'
>;
