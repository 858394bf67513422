/** Groups what is said of partitions by topic, in the order of first mention: the shape of most requests. */
export function byTopic<T extends { readonly state: { readonly topic: string } }, P>(
  items: readonly T[],
  partition: (item: T) => P,
): readonly { readonly topic: string; readonly partitions: readonly P[] }[] {
  const groups = new Map<string, P[]>();
  for (const item of items) {
    const group = groups.get(item.state.topic);
    if (group === undefined) groups.set(item.state.topic, [partition(item)]);
    else group.push(partition(item));
  }
  return [...groups].map(([topic, partitions]) => ({ topic, partitions }));
}
