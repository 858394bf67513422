import { createColors } from 'picocolors';

/** Colours for people at a terminal; none in a pipe, a file or a build log, whatever the environment claims. */
export const colours = createColors(process.stdout.isTTY === true && process.env.NO_COLOR === undefined);
