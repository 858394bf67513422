/** Records of `__consumer_offsets`: one file a type, and how they become bytes and are read again. */
export * from './consumer-group-current-member-assignment.ts';
export * from './consumer-group-member-metadata.ts';
export * from './consumer-group-metadata.ts';
export * from './consumer-group-partition-metadata.ts';
export * from './consumer-group-regular-expression.ts';
export * from './consumer-group-target-assignment-member.ts';
export * from './consumer-group-target-assignment-metadata.ts';
export * from './group-metadata.ts';
export * from './group-record.ts';
export * from './offset-commit.ts';
