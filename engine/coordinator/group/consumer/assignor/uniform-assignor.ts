import { assignUniformHeterogeneous } from './assign-uniform-heterogeneous.ts';
import { assignUniformHomogeneous } from './assign-uniform-homogeneous.ts';
import type { GroupAssignment, GroupSpec, PartitionAssignor } from './group-spec.ts';

/** As even as subscriptions allow, and of all such the one that moves least (`UniformAssignor`). */
export const uniformAssignor: PartitionAssignor = { name: 'uniform', assign };

function assign(spec: GroupSpec): GroupAssignment {
  if (spec.members.length === 0) return new Map();
  return spec.isHomogeneous ? assignUniformHomogeneous(spec) : assignUniformHeterogeneous(spec);
}
