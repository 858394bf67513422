import type { ClassicMemberSeed } from '../classic/index.ts';

/**
 * The protocol that all know and most put first (`ClassicGroup.selectProtocol`): a group that was a consumer group, or
 * has not had a generation, has chosen none. '' without members.
 */
export function selectProtocol(members: readonly ClassicMemberSeed[]): string {
  const known = new Map<string, number>();
  for (const { protocols } of members) {
    for (const { name } of protocols) known.set(name, (known.get(name) ?? 0) + 1);
  }
  const votes = new Map<string, number>();
  for (const { protocols } of members) {
    const vote = protocols.find(({ name }) => known.get(name) === members.length)?.name;
    if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1);
  }
  let chosen = '';
  for (const [name, count] of votes) if (count > (votes.get(chosen) ?? 0)) chosen = name;
  return chosen;
}
