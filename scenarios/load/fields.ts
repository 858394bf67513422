import { z } from 'zod';
import { parseDuration } from '../../sim/scenario/index.ts';

/* What fields of many kinds hold. */

export const duration = z.string().refine((text) => parseDuration(text) !== null, {
  error:
    'is not a duration: write a number and a unit (us, ms, s, m, h) such as "250ms"; it cannot be negative',
});
export const config = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({});
export const name = z.string().regex(/^[a-zA-Z0-9._-]{1,100}$/, {
  error: 'may hold only letters, digits, ".", "_" and "-" (1 to 100 of them)',
});
