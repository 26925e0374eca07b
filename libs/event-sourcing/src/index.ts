export * from './decider';
export * from './group-commit-queue';
