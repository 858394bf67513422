import { DirectoryId } from '../wire/index.ts';

export { DirectoryId };

const BASE64_URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const RESERVED_BELOW = 100;

/**
 * True for a reserved id (`DirectoryId`, KIP-858), which is one below 100: twenty zero digits, then two whose twelve
 * bits hold the last byte and four zero bits.
 */
export function isReservedDirectory(id: string): boolean {
  if (!id.startsWith('AAAAAAAAAAAAAAAAAAAA')) return false;
  const tail = BASE64_URL.indexOf(id.charAt(20)) * 64 + BASE64_URL.indexOf(id.charAt(21));
  return tail >> 4 < RESERVED_BELOW;
}

/**
 * Whether a replica in this directory can serve, given the directories its broker has online (`DirectoryId.isOnline`).
 */
export function isDirectoryOnline(directory: string, onlineDirectories: readonly string[]): boolean {
  if (directory === DirectoryId.UNASSIGNED || directory === DirectoryId.MIGRATING) return true;
  if (directory === DirectoryId.LOST) return false;
  // A registration without any comes from a metadata version that did not know directories (KAFKA-16162).
  return onlineDirectories.length === 0 || onlineDirectories.includes(directory);
}
