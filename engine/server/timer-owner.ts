/** Which component of a process a timer's kind belongs to: each has a range of kinds (`engine/machine/timer.ts`). */
export type TimerComponent =
  | 'exchange'
  | 'raft'
  | 'controller'
  | 'replication'
  | 'broker'
  | 'log'
  | 'group coordinator'
  | 'transaction coordinator'
  | 'transaction verifier'
  | 'producer ids'
  | 'client';

export function componentOf(kind: number): TimerComponent {
  if (kind < 4) return 'exchange';
  if (kind < 12) return 'raft';
  if (kind < 20) return 'controller';
  if (kind < 30) return 'replication';
  if (kind < 36) return 'broker';
  if (kind < 40) return 'log';
  if (kind < 44) return 'group coordinator';
  if (kind < 48) return 'transaction coordinator';
  if (kind < 50) return 'transaction verifier';
  if (kind < 52) return 'producer ids';
  return 'client';
}
