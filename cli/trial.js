#!/usr/bin/env node
import { register } from 'tsx/esm/api';

// The sources are TypeScript: an installed command runs them as they are.
register();
await import('./trial.ts');
