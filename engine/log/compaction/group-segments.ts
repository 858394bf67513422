import type { LogConfig } from '../log-config.ts';
import { MAX_RELATIVE_OFFSET, type Segment } from '../segment.ts';

/**
 * Which segments, in a row, are cleaned into one: together no larger than a segment and its indexes may be,
 * and no wider than its relative offsets reach (`Cleaner.groupSegmentsBySize`).
 */
export function groupSegments(
  segments: readonly Segment[],
  config: LogConfig,
  firstUncleanableOffset: number,
): readonly (readonly Segment[])[] {
  const groups: Segment[][] = [];
  let bytes = 0;
  let indexBytes = 0;
  let timeIndexBytes = 0;
  for (const [index, segment] of segments.entries()) {
    const group = groups.at(-1);
    const following = segments[index + 1]?.baseOffset ?? firstUncleanableOffset;
    const joins =
      group !== undefined &&
      bytes + segment.size <= config['segment.bytes'] &&
      indexBytes + segment.offsetIndex.sizeBytes <= config['segment.index.bytes'] &&
      timeIndexBytes + segment.timeIndex.sizeBytes <= config['segment.index.bytes'] &&
      (segment.size === 0 || following - 1 - group[0]!.baseOffset <= MAX_RELATIVE_OFFSET);
    if (joins) group.push(segment);
    else {
      groups.push([segment]);
      bytes = 0;
      indexBytes = 0;
      timeIndexBytes = 0;
    }
    bytes += segment.size;
    indexBytes += segment.offsetIndex.sizeBytes;
    timeIndexBytes += segment.timeIndex.sizeBytes;
  }
  return groups;
}
